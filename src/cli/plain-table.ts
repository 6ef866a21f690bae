import ansis, { Ansis } from 'ansis';
import Table, { type HorizontalAlignment } from 'cli-table3';

// By itself ansis colours pipes too where it sees continuous integration.
export const colours = process.stdout.isTTY || process.env.FORCE_COLOR !== undefined ? ansis : new Ansis(0);

export const GAP = '  ';

const EDGES = ['top', 'bottom', 'left', 'right', 'mid'];

const JOINTS = [
  'top-mid',
  'top-left',
  'top-right',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left-mid',
  'mid-mid',
  'right-mid',
];

// cli-table3 draws a box and colours it, terminal or not, unless told otherwise.
const PLAIN = {
  chars: { ...Object.fromEntries([...EDGES, ...JOINTS].map((border) => [border, ''])), middle: GAP },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
};

/**
 * Lines of a table without borders, its head bold where standard output takes colours.
 *
 * @param layout widths of columns, null for as wide as needed, and alignments; default: as wide as needed, set left
 */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  layout: { readonly colWidths?: (number | null)[]; readonly colAligns?: HorizontalAlignment[] } = {},
): string[] {
  const made = new Table({ ...PLAIN, ...layout });
  made.push(
    head.map((text) => colours.bold(text)),
    ...rows.map((cells) => [...cells]),
  );
  return made
    .toString()
    .split('\n')
    .map((line) => line.trimEnd());
}

/** Four significant digits; ∞ for what is not finite. */
export function fourDigits(value: number): string {
  return Number.isFinite(value) ? value.toPrecision(4) : '∞';
}

/** Four significant digits of what may be far below 1, or 0. */
export function small(value: number): string {
  if (value === 0) return '0';
  return Math.abs(value) < 1e-3 ? value.toExponential(3) : fourDigits(value);
}

/** A share from 0 to 1 as a percentage to one decimal. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return '∞';
  return share > 0 && share < 0.0005 ? '<0.1 %' : `${(100 * share).toFixed(1)} %`;
}

/** A text of at most so many characters, cut short by an ellipsis where it is longer. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text);
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}
