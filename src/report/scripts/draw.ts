/**
 * Runs in the browser: draws the figures in the page's colours. Of Plotly's buttons only the download is kept: one of the others would
 * upload the data. A name in a legend hides what is of its legendgroup in every figure of the page.
 */
export const DRAW = `
let plots = [];
function draw() {
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const axis = { gridcolor: colour('--rule'), linecolor: colour('--soft'), zerolinecolor: colour('--rule') };
  const font = { color: colour('--ink'), family: 'system-ui, sans-serif', size: 12 };
  const hoverlabel = { bgcolor: colour('--tint'), bordercolor: colour('--rule'), font, align: 'left' };
  const theme = { paper_bgcolor: 'transparent', plot_bgcolor: 'transparent', font, hoverlabel, xaxis: axis, yaxis: axis };
  for (const { id, data, layout } of plots) {
    const toImageButtonOptions = { format: 'svg', filename: id };
    const options = { responsive: true, displaylogo: false, modeBarButtons: [['toImage']], toImageButtonOptions };
    Plotly.react(id, data, { ...layout, uirevision: 'kept', template: { layout: theme } }, options);
  }
}
function drawPage() {
  const before = plots;
  plots = JSON.parse(document.getElementById('plots').textContent);
  for (const { id, data } of plots) keepChoices(before.find((plot) => plot.id === id)?.data ?? [], data);
  draw();
  for (const { id } of plots) {
    const figure = document.getElementById(id);
    if (figure.dataset.drawn) continue;
    figure.dataset.drawn = 'yes';
    figure.on('plotly_legendclick', toggleGroup);
    if (id === 'parallel') figure.on('plotly_restyle', saySelected);
  }
}
// Plotly itself keeps what is zoomed, but not what restyle has set.
function keepChoices(before, data) {
  for (const trace of data) {
    const same = before.find(({ type, legendgroup }) => type === trace.type && legendgroup === trace.legendgroup);
    if (same?.visible === 'legendonly') trace.visible = same.visible;
    trace.dimensions?.forEach((axis, i) => {
      const range = same?.dimensions?.[i]?.constraintrange;
      if (range !== undefined) axis.constraintrange = range;
    });
  }
}
function toggleGroup({ curveNumber, data }) {
  const { legendgroup, visible } = data[curveNumber];
  if (!legendgroup) return true;
  for (const plot of plots) {
    const same = plot.data.flatMap((trace, i) => (trace.legendgroup === legendgroup ? [i] : []));
    if (same.length > 0) Plotly.restyle(plot.id, { visible: visible === 'legendonly' ? true : 'legendonly' }, same);
  }
  return false;
}
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
`;
