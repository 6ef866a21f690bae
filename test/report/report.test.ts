import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderReport, reportPathFor, writeReport } from '../../src/report/report.ts';
import { exampleStudy, exampleTrials, metricsAt, SETTINGS } from './example-study.ts';
import { markupOf, plotsOf, rowsOf, textOf } from './page-text.ts';

const study = exampleStudy();
const { outcome } = study;
const page = renderReport(study);
const text = textOf(page);

describe('renderReport', () => {
  it('has Plotly once and loads nothing', () => {
    expect(page.match(/plotly\.js v\d/g)).toHaveLength(1);
    expect(markupOf(page)).not.toMatch(
      /(?:src|href|srcset|action)\s*=|@import|url\(|<(?:link|iframe|object|img|base)\b/i,
    );
    expect(page).not.toMatch(/<script[^>]*\ssrc=/i);
    expect(markupOf(page)).toContain('default-src &#39;none&#39;');
  });

  it('shows the winner’s betas in full precision, as JSON', () => {
    const json = markupOf(page).match(/<code id="betas">(.*?)<\/code>/)![1]!;
    expect(JSON.parse(json)).toEqual(outcome.betas);
  });

  it('gives the held-out score with its 95 % confidence interval over clips', () => {
    // Four clips: t = 3.182 for three degrees of freedom, so 1.25 ± 3.182 · 0.0625.
    expect(text).toContain('1.2500 dB');
    expect(text).toContain('95 % confidence interval 1.0511 to 1.4489');
  });

  it('gives no interval where there is one clip', () => {
    const one = { ...study, settings: { ...SETTINGS, heldoutClips: SETTINGS.heldoutClips.slice(0, 1) } };
    const unsure = { mean: 1, standardError: Number.NaN };
    const comparisons = outcome.comparisons.map((baseline) => ({ ...baseline, difference: unsure }));
    const shown = textOf(renderReport({ ...one, outcome: { ...outcome, heldout: unsure, comparisons } }));
    expect(shown).toContain('on 1 held-out clip, too few for a confidence interval');
    expect(shown).toContain('with one clip nothing says how sure the difference is');
    expect(shown).not.toContain('NaN');
  });

  it('says what the search cost', () => {
    expect(text).toContain('162 NFE 90 for the search and 72 to verify, in 1 h 6 min');
    expect(text).toContain('Trials 30 3 failed');
  });

  it('says what a coarse network did, and how to have it again', () => {
    const coarse = { dropped: 12, nfe: 8.25, heardByBoth: 40, correlation: 0.9375 };
    const settings = { ...SETTINGS, rungs: [1, 1], coarse: { kind: 'int8' as const, floatRates: 1 } };
    const shown = textOf(renderReport({ ...study, settings, outcome: { ...outcome, coarse } }));
    expect(shown).toContain(
      'The first rung was heard in eight bits first, as long as that paid, for 8 NFE; 12 candidates dropped by that alone. The 40 schedules that float32 heard there, too, have a rank correlation of 0.9375.',
    );
    expect(shown).toContain(' --coarse int8 ');
    const unknown = { dropped: 0, nfe: 0, heardByBoth: 0, correlation: Number.NaN };
    expect(textOf(renderReport({ ...study, settings, outcome: { ...outcome, coarse: unknown } }))).toContain(
      'for 0 NFE; 0 candidates dropped by that alone.',
    );
    expect(text).not.toContain('eight bits');
    expect(text).not.toContain('--coarse');
  });

  it('compares the winner with the baselines in a table with the numbers of the outcome', () => {
    expect(rowsOf(page)).toContainEqual(['found-3', '1.0000', '1.2500 ± 0.0625', '–', '–']);
    expect(rowsOf(page)).toContainEqual(['fastdiff-3', '2.2361', '1.5000 ± 0.0700', '0.2500 ± 0.0156', 'worse']);
    expect(text).toContain('clamp (state) and precision (float32)');
  });

  it('shows every metric of all with its unit', () => {
    expect(rowsOf(page)).toContainEqual([
      'schedule',
      'log-mel-l1',
      'log-mel-l1-reference',
      'multi-resolution-stft',
      'log-spectral-distance, dB',
      'mel-cepstral-distortion, dB',
    ]);
    expect(rowsOf(page)).toContainEqual(['fastdiff-3', ...Array.from({ length: 5 }, () => '1.5000 ± 0.0313')]);
  });

  it.each([
    [0.25, 0.125, 'not distinguishable', 'within two standard errors'],
    [0.25, 0.12, 'worse', 'in the winner’s favour, beyond two standard errors'],
    [-0.25, 0.12, 'better', 'in the baseline’s favour, beyond two standard errors'],
  ])('calls a paired difference of %d ± %d %s', (mean, standardError, word, sentence) => {
    const comparisons = outcome.comparisons.map((baseline) => ({ ...baseline, difference: { mean, standardError } }));
    const shown = renderReport({ ...study, outcome: { ...outcome, comparisons } });
    expect(
      rowsOf(shown).find(([name, , , difference]) => name === 'fastdiff-3' && difference?.includes('±'))?.[4],
    ).toBe(word);
    expect(textOf(shown)).toContain(
      `a paired difference of ${Math.abs(mean).toFixed(4)} ± ${standardError.toFixed(4)} (standard error)`,
    );
    expect(textOf(shown)).toContain(sentence);
  });

  it('says so where a baseline won', () => {
    const comparisons = outcome.comparisons.map((baseline) => ({ ...baseline, betas: outcome.betas }));
    const shown = textOf(renderReport({ ...study, outcome: { ...outcome, comparisons } }));
    expect(shown).toContain('No trial was ranked above fastdiff-3');
    expect(shown).toContain('the winner itself');
  });

  it('says which metrics prefer which schedule', () => {
    const shown = textOf(
      renderReport({ ...study, outcome: { ...outcome, metrics: metricsAt(1.25, { 'log-mel-l1': 9 }) } }),
    );
    expect(shown).toContain('log-mel-l1 prefers fastdiff-3');
  });

  it('lists the ten best trials, the best first', () => {
    const best = study.trials.filter(({ state }) => state === 'complete').toSorted((a, b) => a.score - b.score);
    const listed = rowsOf(page).filter((row) => row.length === 7 && /^\d+$/.test(row[0]!));
    const shown = best.slice(0, 10).map(({ id, score }) => [String(id), `${score.toFixed(4)} ± 0.1250`, '1']);
    expect(listed.map(([id, , , score, draws]) => [id, score, draws])).toEqual(shown);
  });

  it('gives the command that repeats the search', () => {
    // 0.9932 s is just above 21,900 samples at 22,050 Hz: rounded down to whole hops it gives them again.
    expect(text).toContain(
      'schedule-search --iters 3 --model MODEL --config CONFIG --clips SCORING --heldout HELDOUT --clip-seconds 0.9932 ' +
        '--clip-count 1 --strategy random --stride 1 --budget 300 --replicates 1 --no-race --metric log-spectral-distance --clamp state ' +
        '--precision float32 --seed 7 --device cpu',
    );
    expect(text).toContain('model.safetensors (a1b2c3d4)');
  });

  it('names in that command TensorFlow.js, which takes no device, where it made the study', () => {
    const settings = { ...SETTINGS, device: 'gpu', engine: '@tensorflow/tfjs-node-gpu 4.22.0 linux-x64' };
    const shown = textOf(renderReport({ ...study, settings }));
    expect(shown).toContain('--seed 7 --engine tensorflow');
    expect(shown).not.toContain('--device');
  });

  it('draws the best so far as the running minimum over network evaluations', () => {
    const { data } = plotsOf(page).find(({ id }) => id === 'history')!;
    const { x, y } = data.find(({ name }) => name === 'best so far')!;
    let best = Number.POSITIVE_INFINITY;
    const running = study.trials.map(({ score }) => (best = Math.min(best, Number.isNaN(score) ? best : score)));
    const drawnAt = (nfe: number) => y![x!.findLastIndex((at) => at <= nfe)];
    expect(study.trials.map((_, i) => drawnAt(3 * (i + 1)))).toEqual(running);
  });

  it('draws every complete trial over log10 of its betas', () => {
    const { dimensions } = plotsOf(page).find(({ id }) => id === 'parallel')!.data[0]!;
    const complete = study.trials.filter(({ state }) => state === 'complete');
    expect(dimensions!.map(({ label }) => label)).toEqual(['β₁', 'β₂', 'β₃', 'score']);
    expect(dimensions![1]!.values).toEqual(complete.map(({ betas }) => Math.log10(betas[1]!)));
  });

  it('draws the winner’s sigmas beside the presets’', () => {
    const { data } = plotsOf(page).find(({ id }) => id === 'ladder')!;
    expect(data).toHaveLength(2);
    // The first trial was made from these.
    for (const [i, sigma] of [1e-3, 0.1, 1].entries()) expect(data[0]!.x![i]).toBeCloseTo(sigma, 12);
  });
});

describe('renderReport of an unfinished study', () => {
  it('says so on top, with the best so far', () => {
    const { outcome: _, ...unfinished } = study;
    const shown = renderReport(unfinished);
    expect(textOf(shown)).toContain(
      'Search still unfinished: 30 trials (3 failed), 90 of 300 NFE; best so far 1.0000 (trial 1, random).',
    );
    expect(textOf(shown)).not.toContain('Against the baselines');
    expect(plotsOf(shown).map(({ id }) => id)).toEqual([
      'history',
      'parallel',
      'slices',
      'contour',
      'importance',
      'distribution',
      'ladder',
    ]);
    expect(plotsOf(shown).at(-1)!.data).toHaveLength(2);
  });

  it.each([
    ['no trial', []],
    ['failed trials alone', exampleTrials(10).slice(9)],
  ])('renders with %s', (_, trials) => {
    const shown = renderReport({ folder: 'search-3', settings: SETTINGS, trials });
    expect(textOf(shown)).toContain('none has a score yet');
    expect(plotsOf(shown)).toEqual([]);
  });

  it('says where a search has gone on since its result was verified', () => {
    expect(textOf(renderReport({ ...study, trials: exampleTrials(40) }))).toContain(
      'has gone on since the result below, of 90 NFE',
    );
    expect(text).not.toContain('has gone on');
  });
});

describe('renderReport of 35,000 trials', () => {
  const large = exampleStudy(35_000);
  const shown = renderReport(large);

  it('stays below 20 MB and says how many trials it draws', () => {
    expect(shown.length).toBeLessThan(20e6);
    expect(textOf(shown)).toContain('Drawn are 2,000 of 31,500 trials');
  });

  it('thins the points but no fact', () => {
    const [history, parallel, slices] = ['history', 'parallel', 'slices'].map((id) =>
      plotsOf(shown).find((plot) => plot.id === id),
    );
    expect(history!.data.find(({ name }) => name === 'a trial')!.x).toHaveLength(2000);
    expect(parallel!.data[0]!.dimensions![0]!.values).toHaveLength(2000);
    // Of three levels, 6,000 in all.
    expect(slices!.data.filter(({ x }) => x!.length > 1).map(({ x }) => x!.length)).toEqual([2000, 2000, 2000]);
    expect(textOf(shown)).toContain('Trials 35,000 3,500 failed');
    const scores = large.trials.map(({ score }) => score).filter((score) => !Number.isNaN(score));
    const drawnScores = history!.data.find(({ name }) => name === 'a trial')!.y!;
    const lowest = (values: readonly number[]) => values.toSorted((a, b) => a - b).slice(0, 500);
    expect(lowest(drawnScores)).toEqual(lowest(scores));
  });
});

describe('writeReport', () => {
  it('writes the page alone, in a folder that it makes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'report-'));
    try {
      const path = join(folder, 'reports', 'page.html');
      await writeReport(study, path);
      expect(await readFile(path, 'utf8')).toBe(page);
      expect(await readdir(join(folder, 'reports'))).toEqual(['page.html']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('goes to reports/ in the working directory by default, named for the study', () => {
    expect(reportPathFor('experiments/search-6/', '/project')).toBe('/project/reports/search-6.html');
  });
});
