/** Changes what JSON says and leaves it JSON, mostly. */
import fc from 'fast-check';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Stands for a text that JSON.stringify would not write. */
const RAW = (text: string) => `\u0001${text}\u0001`;

/** What a value that is repeated may come to: a mutant is cut off there. */
const MOST_CHARACTERS = 2 ** 20;

/** What a hostile file may put in the place of any value. */
const hostileValue = fc.oneof(
  fc.constantFrom<Json>(
    null,
    true,
    false,
    '',
    [],
    {},
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    1e308,
    -1e308,
    5e-324,
    RAW('1e999'),
    RAW('-1e999'),
    RAW('-0'),
    RAW(`${'9'.repeat(400)}`),
    RAW(`${'['.repeat(20_000)}${']'.repeat(20_000)}`),
    RAW(`${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}`),
    RAW('NaN'),
    '\u001b[31mred\u001b[0m',
    'line\nline\r\u2028\u2029',
    '\u202eevil\u2066',
    '<script>alert(1)</script>',
    'x'.repeat(100_000),
    '\ud800',
    '../../../etc/passwd',
    '__proto__',
    'constructor',
  ),
  fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<Json>,
  fc.array(fc.double({ noNaN: true }), { maxLength: 5 }),
);

const KEYS = [
  '__proto__',
  'constructor',
  'toString',
  'length',
  '',
  '\u001b[2J',
  '\u202e',
  'betas',
  'a\nb',
  'k'.repeat(5000),
];

const edit = fc.record({
  at: fc.nat(),
  kind: fc.constantFrom('replace', 'replace', 'replace', 'drop', 'add', 'rename', 'grow', 'duplicate', 'wrap'),
  value: hostileValue,
  key: fc.constantFrom(...KEYS),
  count: fc.constantFrom(2, 50, 5_000),
});
type Edit = typeof edit extends fc.Arbitrary<infer Value> ? Value : never;

const edits = fc.array(edit, { minLength: 1, maxLength: 3 });

/** A file of JSON, or with one value a line, in which some values are others. */
export function hostileJson(
  original: Uint8Array,
  content: 'json' | 'json lines',
  index: number,
  seed: number,
): Uint8Array<ArrayBuffer> {
  const chosen = fc.sample(edits, { seed: (seed * 1_000_003 + index) | 0, numRuns: 1 })[0]!;
  const text = new TextDecoder().decode(original);
  if (content === 'json') return new TextEncoder().encode(edited(text, chosen));
  const lines = text.split('\n');
  const at = chosen[0]!.at % Math.max(1, lines.length - 1);
  const line = edited(lines[at]!, chosen);
  const times = chosen[0]!.kind === 'grow' ? Math.min(chosen[0]!.count, 2 ** 20 / (line.length + 1)) : 1;
  lines.splice(at, 1, ...Array.from({ length: times }, () => line));
  return new TextEncoder().encode(lines.join('\n'));
}

function edited(text: string, chosen: readonly Edit[]): string {
  const holder: { root: Json } = { root: JSON.parse(text) as Json };
  let duplicated = '';
  for (const each of chosen) {
    const places = placesIn(holder);
    const [parent, key] = places[each.at % places.length]!;
    apply(parent, key, each);
    if (each.kind === 'duplicate') duplicated = String(key);
  }
  const whole = written(JSON.stringify(holder.root));
  // A key that comes twice is JSON, but no value of JavaScript.
  return duplicated !== '' && whole.startsWith('{"')
    ? `{${JSON.stringify(duplicated)}:${written(JSON.stringify(chosen[0]!.value))},${whole.slice(1)}`
    : whole;
}

type Parent = Json[] | { [key: string]: Json };

/** Every place that holds a value; the holder's own is the root. */
function placesIn(holder: { root: Json }): [Parent, string | number][] {
  const places: [Parent, string | number][] = [];
  const waiting: Parent[] = [holder];
  for (let parent = waiting.pop(); parent !== undefined; parent = waiting.pop()) {
    for (const key of Object.keys(parent)) {
      places.push([parent, key]);
      const value = (parent as Record<string, Json>)[key]!;
      if (typeof value === 'object' && value !== null) waiting.push(value);
    }
  }
  return places;
}

function apply(parent: Parent, key: string | number, { kind, value, key: name, count }: Edit): void {
  const held = parent as Record<string | number, Json>;
  const old = held[key]!;
  const define = (name: string, what: Json) =>
    Object.defineProperty(held, name, { value: what, enumerable: true, configurable: true, writable: true });
  if (kind === 'drop' && !('root' in parent)) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else delete held[key];
  } else if (kind === 'add' && !Array.isArray(parent) && !('root' in parent)) {
    define(name, value);
  } else if (kind === 'rename' && !Array.isArray(parent) && !('root' in parent)) {
    delete held[key];
    define(name, old);
  } else if (kind === 'grow') {
    const grown = Array.isArray(old) ? (old[0] ?? value) : value;
    const room = MOST_CHARACTERS / JSON.stringify(grown).length;
    // Copies, so that a later change of one is not one of all.
    held[key] = Array.from({ length: Math.min(count, Math.max(2, Math.floor(room))) }, () => structuredClone(grown));
  } else if (kind === 'wrap') {
    held[key] = [old];
  } else {
    held[key] = value;
  }
}

function written(json: string): string {
  return json.replaceAll(/"\\u0001([^"]*(?:\\"[^"]*)*?)\\u0001"/g, (_, raw: string) => raw.replaceAll('\\"', '"'));
}
