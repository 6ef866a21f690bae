import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderSchedulePage, writeSchedulePage } from '../../src/report/schedule-page.ts';
import { scheduleDistance } from '../../src/schedule/analysis/distance.ts';
import { analyseSteps } from '../../src/schedule/analysis/steps.ts';
import { diagnose, sigmaOfLevel } from '../../src/schedule/diagnostics.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { markupOf, plotsOf, rowsOf, textOf } from './page-text.ts';

const three = NoiseSchedule.fromBetas([9e-5, 9e-3, 0.6], { name: 'three', source: 'here', clamp: 'none' });
const six = NoiseSchedule.fromBetas([1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5], { name: 'six' });

function listed(schedule: NoiseSchedule, name = schedule.name) {
  return { name, schedule, diagnostics: diagnose(schedule) };
}

const page = renderSchedulePage([listed(three), listed(six)]);
const FIGURES = ['betas', 'levels', 'sigmas', 'snr', 'gaps', 'added'];

/** What a figure draws, a list of values for each line; null where it has a gap. */
function drawn(rendered: string, id: string): (readonly number[])[] {
  return plotsOf(rendered)
    .find((plot) => plot.id === id)!
    .data.map(({ y }) => y!);
}

describe('renderSchedulePage', () => {
  it('loads nothing', () => {
    expect(page.match(/plotly\.js v\d/g)).toHaveLength(1);
    expect(markupOf(page)).not.toMatch(
      /(?:src|href|srcset|action)\s*=|@import|url\(|<(?:link|iframe|object|img|base)\b/i,
    );
    expect(markupOf(page)).toContain('default-src &#39;none&#39;');
  });

  it('is named for its schedules, or for their number', () => {
    expect(page).toContain('<h1>Noise schedules three and six</h1>');
    expect(renderSchedulePage([listed(six)])).toContain('<h1>Noise schedule six</h1>');
    const many = Array.from({ length: 4 }, () => listed(six));
    expect(renderSchedulePage(many)).toContain('<h1>4 noise schedules side by side</h1>');
  });

  it('draws every quantity of the analysis, a line for each schedule', () => {
    expect(plotsOf(page).map(({ id }) => id)).toEqual(FIGURES);
    const quantity = (of: (step: ReturnType<typeof analyseSteps>[number]) => number | null) =>
      [three, six].map((schedule) => analyseSteps(schedule).map(of));
    expect(drawn(page, 'betas')).toEqual(quantity(({ beta }) => beta));
    expect(drawn(page, 'levels')).toEqual(quantity(({ level }) => level));
    expect(drawn(page, 'sigmas')).toEqual(quantity(({ sigma }) => sigma));
    expect(drawn(page, 'snr')).toEqual(quantity(({ snrDb }) => snrDb));
    // The last step has no finite size and adds nothing, which a logarithmic axis cannot show.
    expect(drawn(page, 'gaps')).toEqual(quantity(({ n, gap }) => (n === 1 ? null : gap)));
    expect(drawn(page, 'added')).toEqual(quantity(({ n, added }) => (n === 1 ? null : added)));
  });

  it('draws over n where all have as many steps, and over n/N else', () => {
    const xs = (rendered: string) => plotsOf(rendered)[0]!.data.map(({ x }) => x);
    expect(xs(page)).toEqual([
      [1 / 3, 2 / 3, 1],
      [1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6, 1],
    ]);
    expect(xs(renderSchedulePage([listed(six), listed(six)]))).toEqual([
      [1, 2, 3, 4, 5, 6],
      [1, 2, 3, 4, 5, 6],
    ]);
  });

  it('draws variants beside σ and the signal to noise ratio, and nowhere else', () => {
    const variants = [{ name: 'doubled', sigmas: six.sigmas.map((sigma) => 2 * sigma) }];
    const rendered = renderSchedulePage([{ ...listed(six), variants, remarks: ['It is doubled.'] }]);
    const lines = (id: string) => drawn(rendered, id).length;
    expect(FIGURES.map(lines)).toEqual([1, 1, 2, 2, 1, 1]);
    expect(drawn(rendered, 'sigmas')[1]).toEqual(variants[0]!.sigmas);
    // Twice the noise is 6.02 dB.
    const [own, doubled] = drawn(rendered, 'snr');
    for (const [i, snr] of own!.entries()) expect(snr - doubled![i]!).toBeCloseTo(20 * Math.log10(2), 12);
    expect(textOf(rendered)).toContain('six : It is doubled.');
  });

  it('marks the ends of the trained range', () => {
    const trained = { firstLevel: 0.999, terminalLevel: 0.5 };
    const rendered = renderSchedulePage([{ ...listed(six), diagnostics: diagnose(six, trained) }]);
    const marked = (id: string) => {
      const plots = plotsOf(rendered) as unknown as { id: string; layout: { shapes: { y0: number }[] } }[];
      return plots.find((plot) => plot.id === id)!.layout.shapes.map(({ y0 }) => y0);
    };
    const sigmas = [sigmaOfLevel(0.999), sigmaOfLevel(0.5)];
    expect(marked('levels')).toEqual([0.5]);
    expect(marked('sigmas')).toEqual(sigmas);
    expect(marked('snr')).toEqual(sigmas.map((sigma) => -20 * Math.log10(sigma)));
    expect(marked('betas')).toEqual([]);
  });

  it('has a table of distances where there are two', () => {
    const { rms, largest } = scheduleDistance(three, six);
    const cell = `${rms.toFixed(4)} (${largest.toFixed(4)})`;
    expect(rowsOf(page)).toContainEqual(['schedule', 'three', 'six']);
    expect(rowsOf(page)).toContainEqual(['three', '–', cell]);
    expect(rowsOf(page)).toContainEqual(['six', cell, '–']);
    expect(textOf(renderSchedulePage([listed(six)]))).not.toContain('Distances');
  });

  it('says of each what there is to warn of', () => {
    const falling = NoiseSchedule.fromBetas([0.1, 0.05]);
    expect(textOf(renderSchedulePage([listed(falling)]))).toContain('custom-2 : The betas do not rise throughout.');
    expect(textOf(page)).toContain('Nothing to warn of.');
  });

  it('has in words and tables what is drawn', () => {
    const figures = [...markupOf(page).matchAll(/<div id="(\w+)" role="figure" aria-label="([^"]*)"/g)];
    expect(figures.map(([, id]) => id)).toEqual(FIGURES);
    expect(figures[0]![2]).toBe(
      'Betas over n/N. three: 0.0000900 at step 1, 0.600 at step 3, at most 0.600 at step 3. ' +
        'six: 0.000100 at step 1, 0.500 at step 6, at most 0.500 at step 6.',
    );
    const steps = rowsOf(page).filter((row) => row.length === 8 && /^\d+$/.test(row[0]!));
    expect(steps).toHaveLength(3 + 6);
    expect(steps[2]!.slice(0, 2)).toEqual(['3', '0.600000']);
  });

  it('has no markers in a long schedule', () => {
    const rendered = renderSchedulePage([listed(linear(1e-6, 1e-2, 1000))]);
    const [{ data }] = plotsOf(rendered) as unknown as [{ data: { mode: string }[] }];
    expect(data.map(({ mode }) => mode)).toEqual(['lines']);
  });

  it('shows hostile names as they are and lets none of them act', () => {
    const hostile = `x"'><!--</script><img src=http://evil.example/ onerror=alert(1)>&amp;`;
    const schedule = NoiseSchedule.fromBetas(six.betas, { name: hostile, source: hostile });
    const variants = [{ name: hostile, sigmas: six.sigmas }];
    const rendered = renderSchedulePage([{ ...listed(schedule, hostile), variants, remarks: [hostile] }, listed(six)]);
    expect(markupOf(rendered)).not.toMatch(/<img|<!--/);
    expect(rendered.match(/<script/gi)).toHaveLength(page.match(/<script/gi)!.length);
    expect(textOf(rendered)).toContain(hostile);
    const labels = plotsOf(rendered).flatMap(({ data }) => data.flatMap(({ name, text }) => [name!, ...text!]));
    expect(labels.join('')).toContain('&#60;');
    expect(labels.join('').replaceAll('<br>', '')).not.toContain('<');
  });
});

describe('writeSchedulePage', () => {
  it('makes the folder, and leaves nothing but the page', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'schedule-page-'));
    try {
      const path = join(folder, 'pages/one.html');
      await writeSchedulePage([listed(three), listed(six)], path);
      expect(await readFile(path, 'utf8')).toBe(page);
      expect(await readdir(join(folder, 'pages'))).toEqual(['one.html']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
