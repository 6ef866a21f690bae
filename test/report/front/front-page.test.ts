import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderFront, writeFront } from '../../../src/report/front/front-page.ts';
import { frontSentence } from '../../../src/report/front/front-sentence.ts';
import { markupOf, plotsOf, rowsOf, textOf } from '../page-text.ts';
import { NO_CHROMIUM, openChromium, watchedTab } from '../watched-tab.ts';
import { pointAt } from './front-points.ts';

/** 5 steps are no better than 4; the second baseline is far off. */
const POINTS = [
  pointAt(4, [1.25, 1.75]),
  pointAt(5, [1.75, 1.75], [11.75, 12.75]),
  pointAt(8, [1, 1], [1.5, 2]),
  pointAt(12, [0.5, 1]),
];
const FRONT = { points: POINTS, unfinished: [] };

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'front-'));
});
afterAll(() => rm(folder, { recursive: true }));

const linksOf = (page: string) => [...markupOf(page).matchAll(/href="([^"]*)"/g)].map(([, link]) => link!);

describe('the page of a front', () => {
  const page = renderFront('search-4-12', FRONT, 'search-4-12');

  it('says in its head what it is of, and what more steps are worth', () => {
    const text = textOf(page);
    expect(text).toContain('Noise schedules of 4 to 12 steps for model.safetensors');
    // Four studies of 30 trials each.
    expect(text).toContain('Studies of search-4-12: 120 trials of random search, scored by log-spectral-distance');
    expect(text).toContain(frontSentence(POINTS));
    expect(text).not.toContain('not finished');
  });

  it('has a row for each, with what it gains over fewer steps and how the best baseline stands beside it', () => {
    const [, ...rows] = rowsOf(page);
    // Means and standard errors of two values a and b are (a + b) ⁄ 2 and |a − b| ⁄ 2; an eighth of the steps is the example's time.
    expect(rows).toEqual([
      ['4 steps', '1.5000 ± 0.2500', '–', 'preset-4', '1.0000 ± 0.0000', 'worse', '0.500', '162'],
      ['5 steps', '1.7500 ± 0.0000', '-0.2500 ± 0.2500', 'preset-5', '10.5000 ± 0.5000', 'worse', '0.625', '162'],
      ['8 steps', '1.0000 ± 0.0000', '0.5000 ± 0.2500', 'preset-8', '0.7500 ± 0.2500', 'worse', '1.000', '162'],
      ['12 steps', '0.7500 ± 0.2500', '0.2500 ± 0.2500', 'preset-12', '1.0000 ± 0.0000', 'worse', '1.500', '162'],
    ]);
  });

  it('draws the front as a line, what is no better than fewer steps beside it, and the near baselines', () => {
    const [plot] = plotsOf(page);
    const traces = new Map(plot!.data.map((trace) => [trace.name, trace]));
    expect([traces.get('found')!.x, traces.get('found')!.y]).toEqual([
      [4, 8, 12],
      [1.5, 1, 0.75],
    ]);
    expect([traces.get('no better than fewer steps')!.x, traces.get('no better than fewer steps')!.y]).toEqual([
      [5],
      [1.75],
    ]);
    expect([traces.get('baseline')!.x, traces.get('baseline')!.y]).toEqual([
      [4, 8, 12],
      [2.5, 1.75, 1.75],
    ]);
    // The last is the time.
    expect([plot!.data.at(-1)!.x, plot!.data.at(-1)!.y]).toEqual([
      [4, 5, 8, 12],
      [0.5, 0.625, 1, 1.5],
    ]);
    expect(textOf(page)).toContain('1 that score more than twice as high as any of these are left out.');
  });

  it('gives all betas as JSON', () => {
    const [, json] = page.match(/<code id="betas">(.*?)<\/code>/s)!;
    const betas = JSON.parse(json!.replaceAll('&#34;', '"'));
    expect(betas).toEqual(
      Object.fromEntries(POINTS.map(({ study, outcome }) => [study.settings.steps, outcome.betas])),
    );
  });

  it('says what is not finished', () => {
    const one = renderFront('run', { points: POINTS.slice(0, 1), unfinished: [5] }, 'run');
    expect(textOf(one)).toContain('The search of 5 steps is not finished, and not shown.');
    expect(textOf(one)).toContain('Noise schedules of 4 steps for model.safetensors');
    const more = renderFront('run', { points: POINTS.slice(0, 1), unfinished: [5, 8, 12] }, 'run');
    expect(textOf(more)).toContain('The searches of 5, 8 and 12 steps are not finished, and not shown.');
  });

  it('bears winners without a score, and a single clip', () => {
    const broken = pointAt(4, [Number.NaN, 1], [2, 3]);
    const none = renderFront('run', { points: [broken], unfinished: [] }, 'run');
    expect(textOf(none)).toContain('None of the schedules gives a finite score on held-out clips.');
    expect(textOf(none)).not.toContain('left out');
    expect(plotsOf(none)[0]!.data.find(({ name }) => name === 'baseline')!.y).toEqual([2.5]);
    const failed = renderFront('run', { points: [pointAt(4, [1, 2], [Number.NaN, 1])], unfinished: [] }, 'run');
    expect(textOf(failed)).not.toContain('left out');
    const one = renderFront('run', { points: [pointAt(4, [2]), pointAt(5, [1])], unfinished: [] }, 'run');
    expect(textOf(one)).toContain('With one held-out clip nothing says how sure the differences are.');
    expect(textOf(one)).not.toContain('NaN');
  });
});

it.each([
  ['search.html', 'search'],
  ['bare', 'bare-studies'],
  ['a #1 100%?.html', 'a #1 100%?'],
])('written to %s, links to the reports beside it', async (name, reports) => {
  const path = join(folder, 'made', name);
  await writeFront('/somewhere/search-4-5', { ...FRONT, points: POINTS.slice(0, 2) }, path);
  const links = linksOf(await readFile(path, 'utf8'));
  expect(links).toHaveLength(2);
  for (const [i, link] of links.entries()) {
    const target = new URL(link, pathToFileURL(path));
    expect(target).toEqual(pathToFileURL(join(folder, 'made', reports, `${[4, 5][i]}.html`)));
    expect(await readFile(target, 'utf8')).toContain(`A ${[4, 5][i]}-step noise schedule`);
  }
});

it('is no wider than a narrow window in Chromium, asks for nothing else, and no labels overlap', async (context) => {
  context.skip(NO_CHROMIUM !== undefined, NO_CHROMIUM);
  const path = join(folder, 'front.html');
  const counts = Array.from({ length: 24 }, (_, i) => i + 2);
  const points = counts.map((steps) => pointAt(steps, [4 / steps, 5 / steps]));
  await writeFront('/somewhere/search-2-25', { points, unfinished: [] }, path);
  const browser = await openChromium();
  try {
    const { tab, requests, errors } = await watchedTab(browser);
    const address = pathToFileURL(path).href;
    await tab.goto(address);
    await tab.waitForSelector('#front .points path', { state: 'attached' });
    expect(await tab.evaluate('document.documentElement.scrollWidth')).toBe(390);
    // 24 winners, as many baselines and as many times.
    expect(await tab.locator('#front .points path').count()).toBe(72);
    const boxes = (await tab.evaluate(TICKS)) as readonly { readonly left: number; readonly right: number }[];
    expect(boxes.length).toBeGreaterThan(5);
    for (const [i, { left }] of boxes.entries()) if (i > 0) expect(left).toBeGreaterThan(boxes[i - 1]!.right);
    expect(requests).toEqual([address]);
    expect(errors).toEqual([]);
  } finally {
    await browser.close();
  }
});

/** In the browser: where the labels of the steps are. */
const TICKS = `[...document.querySelectorAll('#front .xtick text')].map((tick) => {
  const { left, right } = tick.getBoundingClientRect();
  return { left, right };
}).sort((a, b) => a.left - b.left)`;
