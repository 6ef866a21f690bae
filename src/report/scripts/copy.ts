/** Runs in the browser: a button with data-copy copies that text. */
export const COPY = `
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand('copy');
    area.remove();
    return done;
  }
}
document.addEventListener('click', async ({ target }) => {
  const button = target.closest('[data-copy]');
  if (button === null) return;
  const done = await copied(button.dataset.copy);
  document.getElementById('copied').textContent = done ? 'Copied: ' + button.textContent : 'This browser lets nothing be copied.';
});
`;
