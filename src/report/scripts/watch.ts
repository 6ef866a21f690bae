/**
 * Runs in the browser, on a page that is served while its search runs: asks for the next version, which comes when there is one, and takes
 * it over. Figures stay, so that what is zoomed, hidden or selected in them stays too. The version `last` is followed by no other.
 */
export const WATCH = `
const versionOf = (page) => page.querySelector('meta[name=version]')?.content;
async function watch() {
  for (let version = versionOf(document); version !== undefined && version !== 'last'; version = versionOf(document)) {
    try {
      const answer = await fetch('/', { headers: { 'If-None-Match': '"' + version + '"' }, cache: 'no-store' });
      if (answer.status === 304) continue;
      if (!answer.ok) throw new Error(await answer.text());
      takeOver(new DOMParser().parseFromString(await answer.text(), 'text/html'));
    } catch {
      const notice = document.createElement('p');
      notice.className = 'notice';
      notice.textContent = 'The search no longer answers: it has ended or was stopped. This page stays as it was last.';
      document.querySelector('h1').before(notice);
      return;
    }
  }
}
function takeOver(next) {
  for (const id of [...plots.map(({ id }) => id), 'brush', 'selected']) {
    const [old, fresh] = [document.getElementById(id), next.getElementById(id)];
    if (old === null || fresh === null) continue;
    for (const { name, value } of fresh.attributes) if (name !== 'class') old.setAttribute(name, value);
    fresh.replaceWith(old);
  }
  document.title = next.title;
  for (const selector of ['main', '#plots', 'meta[name=version]']) document.querySelector(selector).replaceWith(next.querySelector(selector));
  drawPage();
}
watch();
`;
