/** Of a file that is full of them. */
const MOST_KEYS = 10;

/** How many letters a key may be off to be taken for a known one. */
const MOST_EDITS = 2;

/**
 * A sentence for each key of an object that is not known, the first ten of them, with the known one that it is nearest to where one is
 * at most two letters off.
 *
 * @param where the path of the object, as it is put before the key
 */
export function unknownKeys(given: object, known: readonly string[], where: string): string[] {
  const unknown = Object.keys(given).filter((key) => !known.includes(key));
  const sentences = unknown.slice(0, MOST_KEYS).map((key) => {
    const meant = nearest(key, known);
    return `${where}.${printable(key)} is not known and has no effect${meant === undefined ? '' : `; did you mean ${meant}?`}`;
  });
  const more = unknown.length - MOST_KEYS;
  return more > 0 ? [...sentences, `${more} more fields of ${where} are not known`] : sentences;
}

function nearest(key: string, known: readonly string[]): string | undefined {
  const close = known
    .map((name) => ({ name, edits: editDistance(key.toLowerCase(), name) }))
    .filter(({ edits }) => edits <= MOST_EDITS)
    .sort((a, b) => a.edits - b.edits);
  return close[0]?.name;
}

/** Levenshtein's distance; Infinity where the lengths alone say that it is above `MOST_EDITS`. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > MOST_EDITS) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)!;
}

function printable(key: string): string {
  return key.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '?');
}
