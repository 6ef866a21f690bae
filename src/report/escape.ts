/** Markup that is safe to put in a page. */
export interface Html {
  readonly markup: string;
}

type Part = Html | readonly Html[] | string | number;

/** Tag of a template of markup: what is put in is escaped, unless it is such markup itself. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.map((text, i) => (i === 0 ? text : toMarkup(parts[i - 1]!) + text)).join('') };
}

/** Text as the content of an element, or of an attribute in quotes. Plotly's labels are read by the same rules. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** A value as the content of a script element of type application/json: no text in it can end the element or begin a comment. */
export function jsonForScript(value: unknown): Html {
  return { markup: JSON.stringify(value).replaceAll('<', '\\u003c') };
}

/** JavaScript as the content of a script element; `</script` and `<!--` can only stand in its strings, where \x3c means the same. */
export function codeForScript(code: string): Html {
  return { markup: code.replace(/<(?=\/script|!--)/gi, '\\x3c') };
}

function toMarkup(part: Part): string {
  if (typeof part === 'string') return escapeHtml(part);
  if (typeof part === 'number') return String(part);
  return 'markup' in part ? part.markup : part.map(({ markup }) => markup).join('');
}
