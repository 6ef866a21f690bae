/** Runs in the browser: says what is selected in the parallel coordinates, and selects by number where no mouse drags. */
export const BRUSH = `
function saySelected() {
  const [{ dimensions, ids, customdata }] = document.getElementById('parallel').data;
  const kept = (value, ranges) => ranges === undefined || [ranges].flat(Array.isArray(ranges[0]) ? 1 : 0).some(([from, to]) => from <= value && value <= to);
  const selected = ids.map((_, i) => i).filter((i) => dimensions.every(({ values, constraintrange }) => kept(values[i], constraintrange)));
  const isAll = dimensions.every(({ constraintrange }) => constraintrange === undefined);
  // Drawn in the order of ids; the lowest score is the best.
  const best = selected.reduce((a, b) => (a === undefined || customdata[b] < customdata[a] ? b : a), undefined);
  document.getElementById('selected').textContent = isAll ? '' : selected.length + ' of ' + ids.length + ' lines selected' +
    (best === undefined ? '.' : '; the best of them is trial ' + ids[best] + ' with ' + customdata[best].toFixed(4) + '.');
}
document.addEventListener('submit', (event) => {
  if (event.target.id !== 'brush') return;
  event.preventDefault();
  const { axis, from, to } = Object.fromEntries(new FormData(event.target));
  const [low, high] = [from === '' ? -Infinity : Number(from), to === '' ? Infinity : Number(to)];
  const { values } = document.getElementById('parallel').data[0].dimensions[axis];
  const ends = [Math.max(low, Math.min(...values)), Math.min(high, Math.max(...values))];
  Plotly.restyle('parallel', { ['dimensions[' + axis + '].constraintrange']: [ends] }, [0]);
});
document.addEventListener('reset', ({ target }) => {
  if (target.id !== 'brush') return;
  const { dimensions } = document.getElementById('parallel').data[0];
  Plotly.restyle('parallel', Object.fromEntries(dimensions.map((_, i) => ['dimensions[' + i + '].constraintrange', null])), [0]);
});
`;
