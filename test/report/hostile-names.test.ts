import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/report.ts';
import { exampleEvidence, exampleHeardStudy } from './example-study.ts';
import { NO_CHROMIUM, openChromium, watchedTab } from './watched-tab.ts';

/** Ends whatever it stands in, runs what it can, and fetches. */
const HOSTILE =
  '\u202e\u2028`);globalThis.ran=1;(`"onmouseover="globalThis.ran=2" \'</title></script><script>globalThis.ran=3</script><img src="http://127.0.0.1:9/x" onerror="globalThis.ran=4"><!--';

/** What files say in words. */
const WORDS = new Set(['name', 'origin', 'folder', 'engine', 'version', 'device', 'hash', 'source']);

/** The same data with every name in it hostile. */
function withHostileNames<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return value;
  if (Array.isArray(value)) return value.map(withHostileNames) as Value;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [
      key,
      typeof each === 'string' && WORDS.has(key) ? `${each}${HOSTILE}` : withHostileNames(each),
    ]),
  ) as Value;
}

describe.skipIf(NO_CHROMIUM !== undefined)(`a report of hostile names in Chromium ${NO_CHROMIUM ?? ''}`, () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'hostile-'));
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  it('shows them as text: nothing in them runs, is fetched, or becomes an attribute', async () => {
    const plain = exampleHeardStudy();
    const study = withHostileNames(plain);
    expect(study.settings.heldoutClips[0]!.name).toContain('</script>');
    const path = join(folder, 'search.html');
    await writeFile(path, renderReport(study, withHostileNames(exampleEvidence(plain))));
    const address = pathToFileURL(path).href;
    const { tab, requests, errors } = await watchedTab(browser);
    await tab.goto(address);
    await tab.waitForSelector('#workers .bars path', { state: 'attached' });
    const found = (await tab.evaluate(
      `({ ran: globalThis.ran, text: document.body.innerText.includes('globalThis.ran=3'), images: document.querySelectorAll('img[src^="http"], [onmouseover]').length })`,
    )) as unknown;
    expect(found).toEqual({ ran: undefined, text: true, images: 0 });
    expect(requests).toEqual([address]);
    expect(errors).toEqual([]);
    await tab.close();
  });
});
