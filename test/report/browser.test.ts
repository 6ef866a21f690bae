import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { expect, it } from 'vitest';
import { writeReport } from '../../src/report/report.ts';
import { exampleStudy } from './example-study.ts';
import { watchedTab } from './watched-tab.ts';

const CHROMIUM = '/usr/bin/chromium';

/** Marks that each figure must have drawn; parallel coordinates are pixels of a WebGL canvas. */
const MARKS = { history: '.points path', parallel: 'canvas.gl-canvas-context', ladder: '.points path' };

it('opens from disk in Chromium, asks for nothing else and draws its three figures', async (context) => {
  context.skip(!existsSync(CHROMIUM), `${CHROMIUM} is not installed`);
  const folder = await mkdtemp(join(tmpdir(), 'report-'));
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--headless=new', '--no-sandbox'] });
  try {
    const path = join(folder, 'search-3.html');
    await writeReport(exampleStudy(), path);
    const address = pathToFileURL(path).href;
    const { tab, requests, errors } = await watchedTab(browser);
    await tab.goto(address);
    for (const [id, mark] of Object.entries(MARKS)) await tab.waitForSelector(`#${id} ${mark}`, { state: 'attached' });

    // 27 complete trials; a ladder of three rungs for the winner and one for the preset.
    expect(await tab.locator('#history .points path').count()).toBe(27);
    expect(await tab.locator('#ladder .points path').count()).toBe(6);
    expect(await tab.locator('#parallel .y-axis').count()).toBe(4);
    expect(await tab.evaluate(PAINTED)).toBeGreaterThan(1000);
    // Nothing is wider than a narrow page.
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);
    expect(requests).toEqual([address]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
});

/** In the browser: how many pixels of the parallel coordinates' lines are not transparent. */
const PAINTED = `(() => {
  const source = document.querySelector('#parallel canvas.gl-canvas-context');
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [source.width, source.height];
  const paper = copy.getContext('2d');
  paper.drawImage(source, 0, 0);
  return paper.getImageData(0, 0, copy.width, copy.height).data.filter((value, i) => i % 4 === 3 && value > 0).length;
})()`;
