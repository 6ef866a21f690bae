import { describe, expect, it } from 'vitest';
import { renderReport } from '../../src/report/report.ts';
import type { StudyData } from '../../src/search/read-study.ts';
import type { Trial } from '../../src/search/trial.ts';
import { exampleStudy } from './example-study.ts';
import { plotsOf, rowsOf, textOf } from './page-text.ts';

const { outcome: before, ...example } = exampleStudy(12);

/** With four draws of noise, worse by an eighth. */
function again(id: number, parent: number): Trial {
  const first = example.trials[parent - 1]!;
  return { ...first, id, parent, score: first.score + 0.125, draws: 4, nfe: 9 };
}

// Trials 1 to 12 with one draw, the tenth failed; 1, 6 and the preset, 2, again with four, with which 11 loses its race; and one more with one draw.
const trials: readonly Trial[] = [
  ...example.trials,
  again(13, 1),
  again(14, 6),
  again(15, 2),
  { ...again(16, 11), state: 'pruned', nfe: 3 },
  { ...example.trials[0]!, id: 17, betas: [2e-4, 2e-3, 0.2], score: 0.875 },
];
const { difference } = before.comparisons[0]!;
const outcome = {
  ...before,
  runnerUp: { ...before.finalists[0]!, trial: 6, betas: [...trials[5]!.betas], difference },
  trials: trials.length,
  // Twelve trials of 3, three of 9, two of 3, and 16 that no trial was charged.
  nfe: { search: 36 + 27 + 6 + 16, verification: 72 },
};
const study: StudyData = { ...example, trials, outcome };
const page = renderReport(study);
const text = textOf(page);
const history = plotsOf(page).find(({ id }) => id === 'history')!;
const drawn = (name: string) => history.data.find((trace) => trace.name === name)!;

describe('the report of a study whose best trials were heard again with more draws of noise', () => {
  it('lists each schedule once, those with more draws first, without one that lost when it was heard again', () => {
    const listed = rowsOf(page).filter((row) => row.length === 7 && /^\d+$/.test(row[0]!));
    expect(listed.map(([id]) => Number(id)).slice(0, 4)).toEqual([13, 14, 15, 17]);
    expect(listed.map((row) => row[4])).toEqual(['4', '4', '4', '1', '1', '1', '1', '1', '1', '1']);
    expect(listed.map(([id]) => id)).not.toContain('11');
    expect(new Set(listed.map((row) => row[6])).size).toBe(10);
    expect(text).toContain('those of more noise draws come first');
  });

  it('has a line of the best so far for each number of draws, after what no trial was charged', () => {
    // The first is the best of twelve, and 17 is better; of those heard again the first is the best.
    expect([drawn('best so far, 1 draw').x, drawn('best so far, 1 draw').y]).toEqual([
      [16 + 3, 85, 85],
      [1, 0.875, 0.875],
    ]);
    expect([drawn('best so far, 4 draws').x, drawn('best so far, 4 draws').y]).toEqual([
      [16 + 36 + 9, 85],
      [1.125, 1.125],
    ]);
    expect(text).toContain('The first 16 NFE are what the strategy measured beside its trials');
  });

  it('tells their points apart, and draws none that lost its race', () => {
    expect(drawn('a trial, 1 draw').y).toHaveLength(12);
    expect(drawn('a trial, 4 draws').y).toHaveLength(3);
    expect(drawn('a trial, 4 draws').text![0]).toContain('1.1250 ± 0.1250 dB, 4 draws');
    expect(text.match(/1 trial dropped early is not drawn\./g)).toHaveLength(2);
  });

  it('has each schedule once in the parallel coordinates, by how far it is behind the best of as many draws', () => {
    const { dimensions } = plotsOf(page).find(({ id }) => id === 'parallel')!.data[0]!;
    const wanted = trials.filter(({ id, state }) => state === 'complete' && ![1, 2, 6, 11].includes(id));
    const behind = wanted.map(({ draws, score }) => score - (draws === 4 ? 1.125 : 0.875));
    const [scoreAxis] = dimensions!.slice(-1);
    expect(dimensions![1]!.values).toEqual(wanted.map(({ betas }) => Math.log10(betas[1]!)));
    expect(scoreAxis!.label).toBe('behind best');
    // Cut off at the upper quartile: of eleven the ninth, by the ceiling of 7.5 from 0.
    const cap = behind.toSorted((a, b) => a - b)[8]!;
    expect(scoreAxis!.values).toEqual(behind.map((value) => Math.min(value, cap)));
  });

  it('says beside a score of how many draws it is', () => {
    expect(rowsOf(page)).toContainEqual(['found-3', '1.0000, 4 draws', '1.2500 ± 0.0625', '–', '–']);
    expect(rowsOf(page)).toContainEqual([
      'trial 6, runner-up',
      '1.0000, 4 draws',
      '1.2500 ± 0.0625',
      '0.2500 ± 0.0156',
      'worse',
    ]);
    expect(history.data.map(({ name }) => name)).toContain('fastdiff-3 2.2361, 4 draws');
    expect(text).toContain('Trials 17 1 dropped early, 1 failed, 4 heard again with more draws of noise');
    expect(text).toContain('Noise draws a trial 1 and 4');
  });

  it('keeps all in the running where none was heard to its end with as many draws', () => {
    const few = trials.filter(({ draws, state }) => draws === 1 || state === 'pruned');
    const { dimensions } = plotsOf(renderReport({ ...example, trials: few })).find(({ id }) => id === 'parallel')!
      .data[0]!;
    expect(dimensions![0]!.values).toHaveLength(12);
  });

  it('names a runner-up that is a baseline once', () => {
    const [baseline] = outcome.comparisons;
    const rows = rowsOf(renderReport({ ...study, outcome: { ...outcome, runnerUp: { ...baseline!, trial: 2 } } }));
    expect(rows.filter((row) => row.length === 5).map(([name]) => name)).toEqual([
      'schedule',
      'found-3',
      'fastdiff-3, runner-up',
    ]);
  });

  it('takes for a baseline of an unfinished search what no strategy made, once', () => {
    const unfinished = renderReport({ ...example, trials });
    const names = plotsOf(unfinished)
      .find(({ id }) => id === 'history')!
      .data.map(({ name }) => name);
    // With one draw it scores 2.2361.
    expect(names.filter((name) => name!.startsWith('fastdiff-3'))).toEqual(['fastdiff-3 2.3611, 4 draws']);
    expect(names).toHaveLength(5);
    expect(textOf(unfinished)).toContain('best so far 1.1250 (trial 13, random, 4 draws)');
  });
});
