import { describe, expect, test } from 'vitest';
import { verdictSentences } from '../../src/report/verdict-sentences.ts';
import type { Outcome } from '../../src/search/outcome.ts';
import { exampleStudy } from './example-study.ts';

const { outcome } = exampleStudy();
const [baseline] = outcome.comparisons;
const UNKNOWN = { mean: Number.NaN, standardError: Number.NaN };

/** A schedule that is worse than the winner's 1.25 by a mean, paired. */
function rival(name: string, mean: number, standardError = 0.0625) {
  const heldout = { mean: outcome.heldout.mean + mean, standardError: 0.0625 };
  return { ...baseline!, name, heldout, difference: { mean, standardError }, betas: [1e-4, 1e-3, 0.1 + mean / 100] };
}

/** A trial that came second in the ranking. */
function second(mean: number, standardError?: number) {
  return { ...rival('random', mean, standardError), betas: [1e-4, 2e-3, 0.2], trial: 5 };
}

const itself = { ...rival('p', 0), betas: outcome.betas };
const failed = { ...rival('f', 0), heldout: UNKNOWN, difference: UNKNOWN };

function said(changes: Partial<Outcome>): string[] {
  return verdictSentences({ ...outcome, ...changes });
}

describe('the best baseline', () => {
  test.each([
    [
      0.25,
      0.0625,
      'a paired difference of 0.2500 ± 0.0625 (standard error) in the winner’s favour, beyond two standard errors.',
    ],
    [
      -0.25,
      0.0625,
      'a paired difference of 0.2500 ± 0.0625 (standard error) in the baseline’s favour, beyond two standard errors.',
    ],
    [
      0.125,
      0.0625,
      'a paired difference of 0.1250 ± 0.0625 (standard error), within two standard errors, so these clips do not tell the two apart.',
    ],
    [0.25, Number.NaN, '0.2500 in the winner’s favour; with one clip nothing says how sure the difference is.'],
    [-0.25, Number.NaN, '0.2500 in the baseline’s favour; with one clip nothing says how sure the difference is.'],
  ])('that is worse by %d ± %d', (mean, standardError, verdict) => {
    const scores = `found-3 scores 1.2500 on held-out clips and the best baseline, a, ${(1.25 + mean).toFixed(4)}`;
    expect(said({ comparisons: [rival('a', mean, standardError)] })).toEqual([`${scores}: ${verdict}`]);
  });

  test('is the winner itself', () => {
    expect(said({ comparisons: [itself] })).toEqual([
      'No trial was ranked above p, the best baseline, which scores 1.2500 on held-out clips.',
    ]);
  });

  test('is all there is where the winner gives no finite score', () => {
    const comparisons = [rival('a', 0.25), rival('b', 0.5)].map((each) => ({ ...each, difference: UNKNOWN }));
    expect(said({ heldout: UNKNOWN, runnerUp: second(0), comparisons })).toEqual([
      'found-3 gives no finite score on held-out clips and the best baseline, a, 1.5000.',
    ]);
  });

  test('is missing', () => {
    expect(said({ comparisons: [] })).toEqual([
      'found-3 scores 1.2500 on held-out clips; there is no baseline to compare it with.',
    ]);
  });
});

describe('the runner-up', () => {
  test.each([
    [second(0.25), 'The winner is better than the runner-up, trial 5, by 0.2500 ± 0.0625, beyond two standard errors.'],
    [
      second(-0.25),
      'The runner-up, trial 5, which the ranking put second, is better by 0.2500 ± 0.0625, beyond two standard errors.',
    ],
    [
      second(0.125),
      'The winner is not told apart from the runner-up, trial 5, which is 0.1250 ± 0.0625 worse, within two standard errors.',
    ],
    [
      second(-0.125),
      'The winner is not told apart from the runner-up, trial 5, which is 0.1250 ± 0.0625 better, within two standard errors.',
    ],
    [second(0.25, Number.NaN), 'The runner-up, trial 5, is 0.2500 worse, as far as one clip says.'],
    [second(-0.25, Number.NaN), 'The runner-up, trial 5, is 0.2500 better, as far as one clip says.'],
    [{ ...failed, trial: 5 }, 'The runner-up, trial 5, gives no finite score.'],
  ])('%#', (runnerUp, sentence) => {
    expect(said({ runnerUp })).toEqual([said({})[0], sentence]);
  });

  test('has the name of the baseline that it is', () => {
    const preset = rival('a', 0.25);
    expect(said({ runnerUp: { ...preset, name: 'a', trial: 2 }, comparisons: [preset] })[1]).toBe(
      'The winner is better than the runner-up, a, by 0.2500 ± 0.0625, beyond two standard errors.',
    );
  });
});

describe('every baseline', () => {
  const [worse, alike, better] = [rival('a', 0.5), rival('b', 0.0625), rival('c', -0.25)];
  const [ahead, behind] = [rival('d', 0.25, Number.NaN), rival('e', -0.25, Number.NaN)];

  test.each([
    [
      [worse, alike, better],
      [
        'The winner is better than a beyond two standard errors; not told apart from b; worse than c beyond two standard errors.',
      ],
    ],
    [[worse, rival('b', 0.75)], ['The winner is better than all 2 baselines, a and b, beyond two standard errors.']],
    [
      [worse, rival('b', 0.75), itself],
      ['The winner is better than all 2 other baselines, a and b, beyond two standard errors.'],
    ],
    [[ahead, behind], ['The winner is better than d as far as one clip says; worse than e as far as one clip says.']],
    [
      [worse, failed],
      ['The winner is better than a beyond two standard errors.', 'Without a finite score: f.'],
    ],
    [[worse, itself], []],
  ])('%#', (comparisons, sentences) => {
    expect(said({ comparisons }).slice(1)).toEqual(sentences);
  });
});
