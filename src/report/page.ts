import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { codeForScript, type Html, html, jsonForScript } from './escape.ts';
import type { Plot } from './plots/plot.ts';
import { STYLE } from './style.ts';

const PLOTLY = createRequire(import.meta.url).resolve('plotly.js-dist-min/plotly.min.js');

/** Nothing is loaded, whatever a script asks for. Plotly's parallel coordinates compile their WebGL calls, which is eval. */
const POLICY =
  "default-src 'none'; script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data: blob:";

/**
 * Runs in the browser: draws the figures in the page's colours, and the copy button. Of Plotly's buttons only the download is kept:
 * one of the others would upload the data. A name in a legend hides what is of its legendgroup in every figure of the page.
 */
const SCRIPT = `
const plots = JSON.parse(document.getElementById('plots').textContent);
function draw() {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { gridcolor: colour('--rule'), linecolor: colour('--soft'), zerolinecolor: colour('--rule') };
  const font = { color: colour('--ink'), family: 'system-ui, sans-serif', size: 12 };
  const hoverlabel = { bgcolor: colour('--tint'), bordercolor: colour('--rule'), font, align: 'left' };
  const theme = { paper_bgcolor: 'transparent', plot_bgcolor: 'transparent', font, hoverlabel, xaxis: axis, yaxis: axis };
  for (const { id, data, layout } of plots) {
    const toImageButtonOptions = { format: 'svg', filename: id };
    const options = { responsive: true, displaylogo: false, modeBarButtons: [['toImage']], toImageButtonOptions };
    Plotly.react(id, data, { ...layout, template: { layout: theme } }, options);
  }
}
draw();
for (const { id } of plots) {
  document.getElementById(id).on('plotly_legendclick', ({ curveNumber, data }) => {
    const { legendgroup, visible } = data[curveNumber];
    if (!legendgroup) return true;
    for (const plot of plots) {
      const same = plot.data.flatMap((trace, i) => (trace.legendgroup === legendgroup ? [i] : []));
      if (same.length > 0) Plotly.restyle(plot.id, { visible: visible === 'legendonly' ? true : 'legendonly' }, same);
    }
    return false;
  });
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
const button = document.getElementById('copy');
button?.addEventListener('click', async () => {
  const betas = document.getElementById('betas');
  try {
    await navigator.clipboard.writeText(betas.textContent);
    button.textContent = 'Copied';
  } catch {
    betas.closest('details')?.setAttribute('open', '');
    getSelection().selectAllChildren(betas);
    button.textContent = 'Selected: copy it';
  }
});
`;

interface Page {
  readonly title: string;
  readonly subtitle: string;
  readonly beforePlots: readonly Html[];
  readonly plots: readonly Plot[];
  readonly afterPlots: readonly Html[];
}

/** A page that needs nothing but itself. */
export function renderPage({ title, subtitle, beforePlots, plots, afterPlots }: Page): string {
  const drawn = plots.map(({ id, data, layout }) => ({ id, data, layout }));
  const plotly = readFileSync(PLOTLY, 'utf8');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${{ markup: STYLE }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p class="subtitle">${subtitle}</p>
${beforePlots}
${plots.map(figure)}
${afterPlots}
</main>
<script type="application/json" id="plots">${jsonForScript(drawn)}</script>
<script>${codeForScript(plotly)}</script>
<script>${codeForScript(SCRIPT)}</script>
</body>
</html>
`.markup;
}

function figure({ id, title, reading, alternative, height, minWidth = 0 }: Plot): Html {
  const spoken = alternative === undefined ? html`` : html` role="img" aria-label="${alternative}"`;
  return html`<section><h2>${title}</h2>
<figure><div class="scroll"><div id="${id}"${spoken} style="height: ${height}px; min-width: ${minWidth}px"></div></div>
<figcaption>${reading}</figcaption></figure></section>
`;
}
