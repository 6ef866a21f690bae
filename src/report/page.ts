import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { codeForScript, type Html, html, jsonForScript } from './escape.ts';
import type { Plot } from './plots/plot.ts';
import { BRUSH } from './scripts/brush.ts';
import { COPY } from './scripts/copy.ts';
import { DRAW } from './scripts/draw.ts';
import { SORT } from './scripts/sort.ts';
import { WATCH } from './scripts/watch.ts';
import { STYLE } from './style.ts';

const PLOTLY = createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js');

/** Nothing is loaded, whatever a script asks for. Plotly's parallel coordinates compile their WebGL calls, which is eval. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:; media-src data:";

interface Page {
  readonly title: string;
  readonly subtitle: string;
  /** From the top. */
  readonly content: readonly (Html | Plot)[];
  /** Where the page is served while it changes: which version of it this is, `last` if no other will follow. Default: it is a file. */
  readonly version?: string;
}

/** A page that needs nothing but itself, and where it is served its next version. */
export function renderPage({ title, subtitle, content, version }: Page): string {
  const plots = content.filter((part) => 'data' in part);
  const drawn = plots.map(({ id, data, layout }) => ({ id, data, layout }));
  const plotly = readFileSync(PLOTLY, 'utf8');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}${version === undefined ? '' : "; connect-src 'self'"}">
${version === undefined ? '' : html`<meta name="version" content="${version}">`}
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
${content.map((part) => ('data' in part ? figure(part) : part))}
</main>
<p id="copied" role="status"></p>
<script type="application/json" id="plots">${jsonForScript(drawn)}</script>
<script>${codeForScript(plotly)}</script>
<script>${codeForScript(`${DRAW}${BRUSH}${COPY}${SORT}drawPage();${version === undefined ? '' : WATCH}`)}</script>
</body>
</html>
`.markup;
}

function figure({ id, title, reading, alternative, controls = html``, height, minWidth = 0 }: Plot): Html {
  // What scrolls must be reached by keyboard.
  const scrolls = minWidth === 0 ? html`` : html` tabindex="0" role="region" aria-label="${title}"`;
  return html`<section id="section-${id}"><h2>${title}</h2>
<figure><div class="scroll"${scrolls}><div id="${id}" role="figure" aria-label="${alternative}" style="height: ${height}px; min-width: ${minWidth}px"></div></div>
${controls}
<figcaption>${reading}</figcaption></figure></section>
`;
}
