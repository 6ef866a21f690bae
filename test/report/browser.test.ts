import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/report.ts';
import { outcomeFile } from '../../src/search/outcome.ts';
import { exampleEvidence, exampleHeardStudy } from './example-study.ts';
import { NO_CHROMIUM, openChromium, watchedTab } from './watched-tab.ts';

const study = exampleHeardStudy();
const complete = study.trials.filter(({ state }) => state === 'complete');

/**
 * Marks that each figure must have drawn. 27 trials are complete, of three steps; there are the winner and one baseline; the parallel
 * coordinates' marks are pixels of a canvas.
 */
const MARKS: Readonly<Record<string, readonly [mark: string, count: number]>> = {
  comparison: ['.points path', 2],
  history: ['.points path', 27],
  parallel: ['.y-axis', 4],
  // Every trial once for each level, and the winner.
  slices: ['.points path', 3 * 28],
  // The three quarters with the lowest scores, and the winner: 0.75 · 26 rounded up is the number 20 of 0 to 26.
  contour: ['.points path', 22],
  importance: ['.bars .point path', 3],
  // What random proposed, and the baseline.
  distribution: ['.lines path.js-line', 2],
  ladder: ['.points path', 6],
  clips: ['.boxes .box', 2],
  // The first works at trials 2 to 26 without a pause, then verifies at 28 and 30; the second pauses after each of 15.
  workers: ['.bars .point path', 2 + 15],
};

describe.skipIf(NO_CHROMIUM !== undefined)(`a report in Chromium ${NO_CHROMIUM ?? ''}`, () => {
  let folder: string;
  let address: string;
  let browser: Browser;
  // One for all tests, as the page takes seconds to be drawn: each leaves it as it was, or to those that do not mind.
  let tab: Page;
  let requests: string[];
  let errors: string[];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    const path = join(folder, 'search-3.html');
    await writeFile(path, renderReport(study, exampleEvidence(study)));
    address = pathToFileURL(path).href;
    browser = await openChromium();
    ({ tab, requests, errors } = await watchedTab(browser, { permissions: ['clipboard-read', 'clipboard-write'] }));
    await tab.goto(address);
    await tab.waitForSelector('#workers .bars path', { state: 'attached' });
    await tab.waitForSelector('#parallel canvas.gl-canvas-context', { state: 'attached' });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true });
  });

  it('opens from disk, asks for nothing else and draws every figure', async () => {
    for (const [id, [mark, count]] of Object.entries(MARKS)) {
      expect([id, await tab.locator(`#${id} ${mark}`).count()]).toEqual([id, count]);
    }
    expect(await tab.evaluate(PAINTED)).toBeGreaterThan(1000);
    expect(requests).toEqual([address]);
    expect(errors).toEqual([]);
  });

  it.each([
    [1280, 'light'],
    [390, 'light'],
    [390, 'dark'],
  ] as const)('fits a page of %i pixels, %s, and axe finds no serious fault', async (width, colorScheme) => {
    await tab.setViewportSize({ width, height: 800 });
    await tab.emulateMedia({ colorScheme });
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(width);
    await tab.screenshot({ path: join(folder, `${width}-${colorScheme}.png`), fullPage: true });
    await tab.evaluate(axe.source);
    const { violations } = (await tab.evaluate('axe.run()')) as { violations: Fault[] };
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]!.html}`)).toEqual([]);
  });

  it('selects by dragging along an axis, and says what', async () => {
    // The lower half of β₁: all but the baseline are below its middle.
    const axis = tab.locator('#parallel .y-axis .axis-brush').first();
    await axis.scrollIntoViewIfNeeded();
    const box = (await axis.boundingBox())!;
    const x = box.x + box.width / 2;
    await tab.mouse.move(x, box.y + box.height - 5);
    await tab.mouse.down();
    await tab.mouse.move(x, box.y + box.height / 2, { steps: 5 });
    await tab.mouse.up();
    await tab.waitForFunction(`document.getElementById('selected').textContent !== ''`);
    const said = (await tab.locator('#selected').textContent())!;
    const count = Number(said.match(/^(\d+) of 27 lines selected; the best of them is trial \d+/)![1]);
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(27);
  });

  it('selects by numbers, with a keyboard alone, and lets go', async () => {
    const median = complete.map(({ betas }) => Math.log10(betas[0]!)).toSorted((a, b) => a - b)[13]!;
    const kept = complete.filter(({ betas }) => Math.log10(betas[0]!) <= median);
    const best = kept.reduce((a, b) => (b.score < a.score ? b : a));
    await tab.locator('#brush select').focus();
    await tab.keyboard.press('Tab');
    await tab.keyboard.press('Tab');
    await tab.keyboard.type(String(median));
    await tab.keyboard.press('Enter');
    const expected = `${kept.length} of 27 lines selected; the best of them is trial ${best.id} with ${best.score.toFixed(4)}.`;
    await tab.waitForFunction(`document.getElementById('selected').textContent === ${JSON.stringify(expected)}`);
    await tab.locator('#brush button[type=reset]').press('Enter');
    await tab.waitForFunction(`document.getElementById('selected').textContent === ''`);
  });

  it('sorts the finalists by a metric, and turns them round', async () => {
    const column = () => tab.locator('#section-finalists tbody tr td:nth-child(5)').allTextContents();
    const before = await column();
    expect(before).toHaveLength(3);
    const head = tab.locator('#section-finalists th button').nth(4);
    await head.press('Enter');
    const rising = before.toSorted((a, b) => Number.parseFloat(a) - Number.parseFloat(b));
    expect(rising).not.toEqual(before);
    expect(await column()).toEqual(rising);
    await head.click();
    expect(await column()).toEqual(rising.toReversed());
  });

  it('copies what best.json says, as JSON and as a list', async () => {
    const best = outcomeFile(study.settings, study.outcome) as Record<string, unknown>;
    const copied = async (name: string) => {
      await tab.getByRole('button', { name, exact: true }).click();
      await tab.waitForFunction(`document.getElementById('copied').textContent === 'Copied: ${name}'`);
      return tab.evaluate<string>('navigator.clipboard.readText()');
    };
    const { provenance: _, ...schedule } = best;
    expect(JSON.parse(await copied('Copy JSON'))).toEqual(schedule);
    expect(JSON.parse(await copied('Copy Python list'))).toEqual(schedule.betas);
    expect(await copied('Copy CLI')).toBe(`schedule-export '${await copied('Copy Python list')}' -o found-3.pt`);
  });

  it('plays every clip for as long as it lasts', async () => {
    // Three clips, each as recorded and by three schedules; 22 hops of 300 samples at 22,050 Hz.
    const durations = await tab.evaluate<number[]>(PLAYED);
    expect(durations).toHaveLength(12);
    for (const seconds of durations) expect(seconds).toBeCloseTo((22 * 300) / 22050, 3);
    expect(errors).toEqual([]);
  });
});

/** What axe says of a fault. */
interface Fault {
  readonly id: string;
  readonly impact: string;
  readonly nodes: readonly { readonly html: string }[];
}

/** In the browser: how many pixels of the parallel coordinates' lines are not transparent. */
const PAINTED = `(() => {
  const source = document.querySelector('#parallel canvas.gl-canvas-context');
  const copy = document.createElement('canvas');
  [copy.width, copy.height] = [source.width, source.height];
  const paper = copy.getContext('2d');
  paper.drawImage(source, 0, 0);
  return paper.getImageData(0, 0, copy.width, copy.height).data.filter((value, i) => i % 4 === 3 && value > 0).length;
})()`;

/** In the browser: plays all to their ends, and gives where they ended, in seconds. */
const PLAYED = `Promise.all([...document.querySelectorAll('audio')].map(async (player) => {
  player.muted = true;
  const ended = new Promise((resolve) => player.addEventListener('ended', resolve));
  await player.play();
  await ended;
  return player.currentTime;
}))`;
