import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const CHROMIUM = '/usr/bin/chromium';

/** Why a test that needs a browser cannot run here; undefined where it can. */
export const NO_CHROMIUM = existsSync(CHROMIUM) ? undefined : `${CHROMIUM} is not installed`;

/** Debian's Chromium, without a window. */
export function openChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox'] });
}

/** A tab, by default as narrow as a phone, with what it asks for and what goes wrong in it. */
export async function watchedTab(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly tab: Page; readonly requests: string[]; readonly errors: string[] }> {
  const tab = await browser.newPage({ viewport: { width: 390, height: 800 }, ...options });
  const requests: string[] = [];
  const errors: string[] = [];
  // What is in the page itself is no request.
  tab.on('request', (request) => !/^(data|blob):/.test(request.url()) && requests.push(request.url()));
  tab.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  tab.on('pageerror', (error) => errors.push(error.message));
  return { tab, requests, errors };
}
