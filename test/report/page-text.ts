const ENTITIES: Readonly<Record<string, string>> = {
  '&#38;': '&',
  '&#60;': '<',
  '&#62;': '>',
  '&#34;': '"',
  '&#39;': "'",
};

/** The page up to its scripts. */
export function markupOf(page: string): string {
  return page.slice(0, page.indexOf('<script'));
}

/** What a reader of the page reads: no tags, entities resolved, white space as one space. */
export function textOf(page: string): string {
  const body = markupOf(page).slice(page.indexOf('<body>'));
  return decode(body.replace(/<[^>]*>/g, ' '));
}

/** The rows of all tables, as lists of cells. */
export function rowsOf(page: string): string[][] {
  const rows = markupOf(page).match(/<tr>.*?<\/tr>/gs) ?? [];
  return rows.map((row) =>
    (row.match(/<t[hd][^>]*>.*?<\/t[hd]>/gs) ?? []).map((cell) => decode(cell.replace(/<[^>]*>/g, ''))),
  );
}

interface DrawnPlot {
  readonly id: string;
  readonly data: readonly {
    readonly name?: string;
    readonly x?: readonly number[];
    readonly y?: readonly number[];
    readonly text?: readonly string[];
    readonly dimensions?: readonly { readonly label: string; readonly values: readonly number[] }[];
  }[];
}

/** What Plotly is given. */
export function plotsOf(page: string): DrawnPlot[] {
  return JSON.parse(page.match(/<script type="application\/json" id="plots">(.*?)<\/script>/s)![1]!) as DrawnPlot[];
}

function decode(text: string): string {
  return text
    .replace(/&#\d+;/g, (entity) => ENTITIES[entity]!)
    .replace(/\s+/g, ' ')
    .trim();
}
