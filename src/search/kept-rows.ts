/** Rows of a trials.csv that are good as they are. */
export interface KeptRows {
  /** Of their trials. */
  readonly ids: ReadonlySet<number>;
  /** Characters of the file that they take, with its header: what follows is a torn row. */
  readonly length: number;
}

/**
 * The rows that an earlier session wrote, so that none is written again; undefined where the file does not have this header, or has anything
 * but one whole row each for trials that are known.
 */
export function keptRows(text: string, header: string, isKnown: (id: number) => boolean): KeptRows | undefined {
  if (!text.startsWith(header)) return undefined;
  const columns = header.split(',').length;
  const hasAllCells = (row: string) => {
    let cells = 1;
    for (let at = row.indexOf(','); at !== -1; at = row.indexOf(',', at + 1)) cells++;
    return cells >= columns;
  };
  const ids = new Set<number>();
  let begin = header.length;
  for (let end = text.indexOf('\n', begin); end !== -1; end = text.indexOf('\n', begin)) {
    const row = text.slice(begin, end);
    const id = Number(row.slice(0, row.indexOf(',')));
    if (!isKnown(id) || ids.has(id) || !hasAllCells(row)) return undefined;
    ids.add(id);
    begin = end + 1;
  }
  return { ids, length: begin };
}
