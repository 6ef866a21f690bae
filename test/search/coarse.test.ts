import { describe, expect, test } from 'vitest';
import {
  agreement,
  coarseIncumbentOf,
  type HeardByBoth,
  hasLostCoarsely,
  paysToHearCoarsely,
} from '../../src/search/coarse.ts';
import { expectedScore } from '../../src/search/race.ts';
import { rankCorrelation } from '../../src/search/statistics.ts';

/** Of six clips, of which the first two are heard. */
const INCUMBENT = { score: 0.6, byClip: [0.5, 0.7, 0.6, 0.6, 0.6, 0.6], variance: 0.02 };
/** The coarse network finds it worse by 0.3. */
const OWN: HeardByBoth = { coarse: [0.8, 1], float: [0.5, 0.7] };

/** A schedule that is behind the incumbent by that much in float32, and by `more` more coarsely. */
function behind(difference: number, more: number): HeardByBoth {
  return {
    float: OWN.float.map((distance) => distance + difference),
    coarse: OWN.coarse.map((distance) => distance + difference + more),
  };
}

describe('the incumbent for what was heard coarsely', () => {
  // The better half of sixteen disagrees by ±0.1, the others by 3.
  const near = Array.from({ length: 8 }, (_, i) => behind(0.01 * i, i % 2 === 0 ? 0.1 : -0.1));
  const far = Array.from({ length: 8 }, (_, i) => behind(1 + i, 3));
  const found = coarseIncumbentOf(INCUMBENT, OWN, [...far, ...near])!;
  // Variance of the mean over two clips, 0.02 / 2, and the mean square of the disagreement, 0.1².
  const threshold = 2 * Math.sqrt(0.02 / 2 + 0.1 ** 2);

  test('has lost to a candidate that is behind by more than the clips and the networks explain', () => {
    const heard = (difference: number) => OWN.coarse.map((distance) => distance + difference);
    expect(hasLostCoarsely(heard(threshold + 1e-6), found)).toBe(true);
    expect(hasLostCoarsely(heard(threshold - 1e-6), found)).toBe(false);
  });

  test('expects of a candidate that it is as far behind in float32', () => {
    expect(expectedScore([1.2, 1.4], found)).toBeCloseTo(0.6 + 0.4, 12);
  });

  test('leaves to float32 what the coarse network makes no number of', () => {
    expect(hasLostCoarsely([Number.NaN, 5], found)).toBe(false);
    expect(hasLostCoarsely([Number.POSITIVE_INFINITY, 5], found)).toBe(false);
  });

  test('counts a coarse network that favours the incumbent as one that disagrees', () => {
    const worse = Array.from({ length: 8 }, (_, i) => behind(0.01 * i, 0.4));
    const { variance } = coarseIncumbentOf(INCUMBENT, OWN, worse)!;
    expect(variance).toBeCloseTo(0.02 + 2 * 0.4 ** 2, 12);
  });

  test('wants eight others that both networks made numbers of', () => {
    const broken = { float: [0.5, 0.7], coarse: [Number.NaN, 1] };
    expect(coarseIncumbentOf(INCUMBENT, OWN, near.slice(1))).toBeUndefined();
    expect(coarseIncumbentOf(INCUMBENT, OWN, [...near.slice(1), broken])).toBeUndefined();
    expect(coarseIncumbentOf(INCUMBENT, broken, near)).toBeUndefined();
    expect(coarseIncumbentOf(INCUMBENT, OWN, [...near, broken])).toEqual(coarseIncumbentOf(INCUMBENT, OWN, near));
  });
});

test('the coarse network pays while it drops ten of the last sixteen, three fifths', () => {
  const drops = (dropped: number, kept: number) => Array.from({ length: dropped + kept }, (_, i) => i < dropped);
  expect(paysToHearCoarsely(drops(0, 15))).toBe(true);
  expect(paysToHearCoarsely(drops(0, 16))).toBe(false);
  expect(paysToHearCoarsely(drops(100, 6))).toBe(true);
  expect(paysToHearCoarsely(drops(100, 7))).toBe(false);
});

test('agreement is of what both networks made numbers of', () => {
  const pairs = [behind(0.1, 0), behind(0.2, 0.3), behind(0.3, 0), { float: [1, 1], coarse: [Number.NaN, 1] }];
  // Ranks 1, 2, 3 beside 1, 3, 2: 1 − 6 · 2 / (3 · 8).
  expect(agreement(pairs)).toEqual({ heardByBoth: 3, correlation: expect.closeTo(0.5, 12) });
  expect(agreement([])).toEqual({ heardByBoth: 0, correlation: Number.NaN });
});

describe('the correlation of ranks', () => {
  test('is −29/165 for the example in Wikipedia’s article on it', () => {
    const iq = [106, 100, 86, 101, 99, 103, 97, 113, 112, 110];
    const hours = [7, 27, 2, 50, 28, 29, 20, 12, 6, 17];
    expect(rankCorrelation(iq, hours)).toBeCloseTo(-29 / 165, 12);
  });

  test('gives equal values the mean of their ranks', () => {
    // Ranks −1.5, 0, 0, 1.5 beside −1.5, −0.5, 0.5, 1.5: 4.5 / √(4.5 · 5).
    expect(rankCorrelation([1, 2, 2, 3], [1, 2, 3, 4])).toBeCloseTo(Math.sqrt(0.9), 12);
  });
});
