import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isBeyondNoise, standings } from '../../src/search/compare-standings.ts';

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** The definition: the mean of the differences, and sqrt(Σ(d − d̄)²/(n − 1)/n). */
function paired(a: readonly number[], b: readonly number[]) {
  const d = a.map((value, i) => value - b[i]!);
  const squares = d.map((value) => (value - mean(d)) ** 2);
  return { mean: mean(d), standardError: Math.sqrt((mean(squares) * d.length) / (d.length - 1) / d.length) };
}

describe('standings', () => {
  test('puts the lowest mean first, and tells those apart that are behind by two standard errors on the same clips', () => {
    const [base, apart, tied] = [
      [1, 5, 9],
      // Its differences are 0.9, 1 and 1.1: far less than clips differ, and 17 standard errors.
      [1.9, 6, 10.1],
      // Its differences are −1, 1 and 1.2: 0.4 ± 0.7.
      [0, 6, 10.2],
    ];
    const found = standings([apart!, tied!, base!]);
    expect(found.map(({ index, place }) => [index, place])).toEqual([
      [2, 'best'],
      [1, 'tied'],
      [0, 'apart'],
    ]);
    expect(found[0]!.behind).toEqual({ mean: 0, standardError: 0 });
    expect(found[1]!.behind.mean).toBeCloseTo(0.4, 12);
    // sqrt((1.4² + 0.6² + 0.8²)/2/3).
    expect(found[1]!.behind.standardError).toBeCloseTo(Math.sqrt(2.96 / 6), 12);
    expect(found[2]!.score.mean).toBeCloseTo(6, 12);
  });

  test('says nothing of one clip', () => {
    expect(standings([[2], [1]]).map(({ index, place }) => [index, place])).toEqual([
      [1, 'best'],
      [0, 'unsure'],
    ]);
  });

  test.each([[Number.NaN], [Number.POSITIVE_INFINITY]])('puts a schedule with a score of %s last', (failed) => {
    const found = standings([
      [failed, 0],
      [9, 9],
      [failed, 0],
      [8, 8],
    ]);
    expect(found.map(({ index, place }) => [index, place])).toEqual([
      [3, 'best'],
      [1, 'apart'],
      [0, 'failed'],
      [2, 'failed'],
    ]);
  });

  test('of equal ones the first is the best, and the others are not told apart from it', () => {
    const found = standings([
      [1, 2],
      [2, 1],
      [1, 2],
    ]);
    expect(found.map(({ index, place }) => [index, place])).toEqual([
      [0, 'best'],
      [1, 'tied'],
      [2, 'tied'],
    ]);
  });

  test('agrees with the definition, whatever the distances', () => {
    const clips = fc.integer({ min: 2, max: 6 });
    const table = clips.chain((count) => {
      const distances = fc.array(fc.double({ min: 0, max: 10, noNaN: true }), { minLength: count, maxLength: count });
      return fc.array(distances, { minLength: 1, maxLength: 6 });
    });
    fc.assert(
      fc.property(table, (byClip) => {
        const found = standings(byClip);
        expect(new Set(found.map(({ index }) => index))).toEqual(new Set(byClip.keys()));
        expect(found).toHaveLength(byClip.length);
        const lowest = Math.min(...byClip.map(mean));
        for (const { index, score, behind } of found) {
          expect(score.mean).toBeCloseTo(mean(byClip[index]!), 12);
          expect(behind.mean).toBeCloseTo(mean(byClip[index]!) - lowest, 12);
          const naive = paired(byClip[index]!, byClip[found[0]!.index]!);
          expect(behind.standardError).toBeCloseTo(naive.standardError, 12);
        }
      }),
    );
  });
});

test.each([
  [{ mean: 2.01, standardError: 1 }, true],
  [{ mean: 1.99, standardError: 1 }, false],
  [{ mean: -3, standardError: 1 }, false],
  [{ mean: 3, standardError: Number.NaN }, false],
])('%j is beyond noise: %s', (difference, beyond) => {
  expect(isBeyondNoise(difference)).toBe(beyond);
});
