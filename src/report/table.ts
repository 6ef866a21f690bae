import { type Html, html } from './escape.ts';

interface Column {
  readonly head: string;
  /** Set right, in figures of equal width. */
  readonly numeric?: boolean;
}

/** A cell that is sorted by something else than what it shows. */
interface Valued {
  readonly shown: Html | string;
  /** NaN comes last. */
  readonly value: number;
}

type Cell = Html | string | number | Valued;

/**
 * A table whose first column names its rows; it scrolls by itself where it is wider than the page.
 *
 * @param options.sortable whether the head of a column sorts by it. Default: false
 */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { sortable = false }: { readonly sortable?: boolean } = {},
): Html {
  const alignment = (column: number) => (columns[column]!.numeric ? 'number' : 'text');
  const named = (head: string) => (sortable ? html`<button type="button">${head}</button>` : head);
  const heads = columns.map(({ head }, i) => html`<th scope="col" class="${alignment(i)}">${named(head)}</th>`);
  const sortedBy = (cell: Cell) => (sortable ? html` data-value="${sortValue(cell)}"` : html``);
  const body = rows.map((cells) => {
    const [first, ...rest] = cells as [Cell, ...Cell[]];
    const others = rest.map((cell, i) => html`<td class="${alignment(i + 1)}"${sortedBy(cell)}>${shown(cell)}</td>`);
    return html`<tr><th scope="row" class="${alignment(0)}"${sortedBy(first)}>${shown(first)}</th>${others}</tr>\n`;
  });
  return html`<figure><figcaption>${caption}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<thead><tr>${heads}</tr></thead>
<tbody>
${body}</tbody></table></div></figure>`;
}

function shown(cell: Cell): Html | string | number {
  return typeof cell === 'object' && 'shown' in cell ? cell.shown : cell;
}

function sortValue(cell: Cell): string {
  if (typeof cell !== 'object') return String(cell);
  if (!('shown' in cell)) return '';
  return Number.isNaN(cell.value) ? '' : String(cell.value);
}
