/** Runs in the browser: the head of a sortable table sorts its rows by the data-value of their cells; what has none comes last. */
export const SORT = `
document.addEventListener('click', ({ target }) => {
  const button = target.closest('th button');
  if (button === null) return;
  const head = button.closest('th');
  const body = head.closest('table').tBodies[0];
  const falls = head.getAttribute('aria-sort') === 'ascending';
  const valueOf = (row) => row.cells[head.cellIndex].dataset.value ?? '';
  const isText = [...body.rows].some((row) => Number.isNaN(Number(valueOf(row))));
  const compare = (a, b) => (isText ? a.localeCompare(b) : Number(a) - Number(b));
  const rows = [...body.rows].sort((a, b) => {
    const [first, second] = [valueOf(a), valueOf(b)];
    if (first === '' || second === '') return (first === '') - (second === '');
    return falls ? compare(second, first) : compare(first, second);
  });
  for (const other of head.parentElement.cells) other.removeAttribute('aria-sort');
  head.setAttribute('aria-sort', falls ? 'descending' : 'ascending');
  body.append(...rows);
});
`;
