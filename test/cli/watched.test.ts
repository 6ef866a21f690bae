import { rm } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watched } from '../../src/cli/watched.ts';
import { openStudy, type Study } from '../../src/search/study.ts';
import { exampleOutcome, exampleTrials, SETTINGS } from '../report/example-study.ts';
import { NO_CHROMIUM, openChromium, watchedTab } from '../report/watched-tab.ts';
import { temporaryFolder } from '../search/fake-study.ts';

describe.skipIf(NO_CHROMIUM !== undefined)(`the report of a running search in Chromium ${NO_CHROMIUM ?? ''}`, () => {
  let folder: string;
  let browser: Browser;
  beforeAll(async () => {
    folder = await temporaryFolder();
    browser = await openChromium();
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  it('is kept current, keeps what the reader selected, and becomes the report at the end', async () => {
    const said: string[] = [];
    const watching = { isWanted: true, folder: () => folder, say: (text: string) => said.push(text) };
    const trials = exampleTrials(40);
    const { tab, errors } = await watchedTab(browser, { viewport: { width: 1280, height: 800 } });
    await watched(watching, async (changed) => {
      const address = said[0]!.match(/^Report: (http:\/\/127\.0\.0\.1:\d+\/) while the search runs$/)![1]!;
      await tab.goto(address);
      await shows(tab, 'The search has not begun yet.');

      const study = await openStudy(folder, SETTINGS, {}, 0);
      await step(study, 20);
      changed();
      await shows(tab, 'Search still unfinished: 20 trials');
      // 18 of the first 20 are complete.
      await tab.waitForFunction(`document.querySelectorAll('#history .points path').length === 18`);

      await tab.locator('#brush input[name=to]').fill('-5.9');
      await tab.locator('#brush button[type=submit]').click();
      const before = (await tab.locator('#selected').textContent())!;
      expect(before).toMatch(/ of 18 lines selected/);
      await step(study, 40);
      changed();
      await shows(tab, 'Search still unfinished: 40 trials');
      await tab.waitForFunction(`document.querySelectorAll('#history .points path').length === 36`);
      expect(await tab.evaluate(SELECTED)).toBe(true);

      await study.writeOutcome(exampleOutcome(trials));
      await study.journal.close();
    });
    await shows(tab, 'found-3 scores 1.2500 on held-out clips');
    await tab.waitForSelector('#comparison .points path', { state: 'attached' });
    expect(await tab.locator('meta[name=version]').getAttribute('content')).toBe('last');
    expect(await tab.locator('.notice').allTextContents()).not.toContainEqual(
      expect.stringContaining('no longer answers'),
    );
    expect(errors).toEqual([]);

    function step(study: Study, count: number) {
      return study.writeTrials(trials.slice(0, count));
    }
  });

  it('asks nobody where it is not wanted', async () => {
    const said: string[] = [];
    const result = await watched(
      { isWanted: false, folder: () => folder, say: (text) => said.push(text) },
      async () => 7,
    );
    expect([result, said]).toEqual([7, []]);
  });
});

async function shows(tab: Page, text: string): Promise<void> {
  await tab.waitForFunction(`document.querySelector('main').textContent.includes(${JSON.stringify(text)})`);
}

/** In the browser: whether the first axis is still brushed. */
const SELECTED = `document.getElementById('parallel').data[0].dimensions[0].constraintrange !== undefined`;
