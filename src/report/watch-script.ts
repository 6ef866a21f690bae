/** Runs in the browser after the page's own script: fetches the page again when the server says that it has changed, and takes what is in it. */
export const WATCH_SCRIPT = `
const said = document.getElementById('watched');
async function refresh() {
  const answer = await fetch('/');
  if (!answer.ok) return;
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const [x, y] = [scrollX, scrollY];
  document.title = next.title;
  document.querySelector('main').replaceWith(document.adoptNode(next.querySelector('main')));
  plots = JSON.parse(next.getElementById('plots').textContent);
  start();
  scrollTo(x, y);
}
const events = new EventSource('/events');
events.addEventListener('changed', refresh);
events.addEventListener('ended', async () => {
  events.close();
  await refresh();
  said.textContent = 'The search has ended. This page stays as it is; the report has it too.';
});
events.addEventListener('open', () => {
  said.textContent = 'The search goes on, and this page with it.';
});
events.addEventListener('error', () => {
  said.textContent = 'The search cannot be reached: this is what was there last.';
});
`;
