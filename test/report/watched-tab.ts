import type { Browser, Page } from 'playwright-core';

/** A tab as narrow as a phone, with what it asks for and what goes wrong in it. */
export async function watchedTab(
  browser: Browser,
): Promise<{ readonly tab: Page; readonly requests: string[]; readonly errors: string[] }> {
  const tab = await browser.newPage({ viewport: { width: 390, height: 800 } });
  const requests: string[] = [];
  const errors: string[] = [];
  tab.on('request', (request) => requests.push(request.url()));
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  tab.on('pageerror', (error) => errors.push(error.message));
  return { tab, requests, errors };
}
