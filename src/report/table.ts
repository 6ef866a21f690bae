import { type Html, html } from './escape.ts';

interface Column {
  readonly head: string;
  /** Set right, in figures of equal width. */
  readonly numeric?: boolean;
}

/** A table whose first column names its rows; it scrolls by itself where it is wider than the page. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly (readonly (Html | string | number)[])[],
): Html {
  const alignment = (column: number) => (columns[column]!.numeric ? 'number' : 'text');
  const heads = columns.map(({ head }, i) => html`<th scope="col" class="${alignment(i)}">${head}</th>`);
  const body = rows.map((cells) => {
    const [first, ...rest] = cells;
    const others = rest.map((cell, i) => html`<td class="${alignment(i + 1)}">${cell}</td>`);
    return html`<tr><th scope="row" class="${alignment(0)}">${first!}</th>${others}</tr>\n`;
  });
  return html`<figure><figcaption>${caption}</figcaption>
<div class="scroll" tabindex="0" role="region" aria-label="${caption}"><table>
<thead><tr>${heads}</tr></thead>
<tbody>
${body}</tbody></table></div></figure>`;
}
