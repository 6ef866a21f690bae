import { describe, expect, test } from 'vitest';
import { digitGrid } from '../../src/schedule/digit-grid.ts';
import { levelGrid } from '../../src/schedule/level-grid.ts';
import { referenceGrid } from '../../src/schedule/reference-grid.ts';
import type { ScheduleSequence } from '../../src/schedule/sequence.ts';
import { largestRelativeDifference } from './fixtures.ts';

const sequences: Record<string, ScheduleSequence> = {
  'reference grid': referenceGrid(12),
  'digit grid': digitGrid(3, [1e-6, 1e-2]),
  'level grid': levelGrid(3, [1e-3, 1], 4),
};

describe.each(Object.entries(sequences))('every sequence: %s', (name, sequence) => {
  test('iterates over at(0) … at(length − 1)', () => {
    let index = 0;
    for (const schedule of sequence) {
      if (index < 50) expect(schedule.toJSON()).toEqual(sequence.at(index).toJSON());
      index++;
    }
    expect(index).toBe(sequence.length);
  });

  test('can be iterated twice', () => {
    const first = () => sequence[Symbol.iterator]().next().value;
    expect(first()).toEqual(first());
  });

  test('has no candidate twice', () => {
    expect(new Set(Array.from(sequence, ({ betas }) => betas.join())).size).toBe(sequence.length);
  });

  test.each([-1, 0.5, Number.NaN, sequence.length])('refuses index %d', (index) => {
    expect(() => sequence.at(index)).toThrow(
      `${name}: index must be a whole number from 0 to ${sequence.length - 1}, got ${index}`,
    );
  });
});

describe('digit grid', () => {
  test('takes every digit at every position, the last beta slowest', () => {
    const all = Array.from(digitGrid(2, [1e-4, 1e-2], [1, 2, 5]), ({ betas }) => betas);
    const expected = [1e-2, 2e-2, 5e-2].flatMap((last) => [1e-4, 2e-4, 5e-4].map((first) => [first, last]));
    expect(all).toHaveLength(9);
    for (const [i, betas] of all.entries()) expect(largestRelativeDifference(betas, expected[i]!)).toBeLessThan(1e-14);
  });

  test('exponents between the ends are evenly spaced', () => {
    expect(largestRelativeDifference(digitGrid(3, [-6, -2]).at(0).betas, [1e-6, 1e-4, 1e-2])).toBeLessThan(1e-14);
  });

  test('counts what it could never hold', () => {
    expect(digitGrid(12, [1e-6, 1e-2]).length).toBe(9 ** 12);
    expect(digitGrid(12, [1e-6, 1e-2]).at(9 ** 12 - 1).betas[0]).toBeCloseTo(9e-6, 15);
  });

  test('refuses more than 2^53 candidates', () => {
    expect(() => digitGrid(17, [1e-6, 1e-2])).toThrow('digit grid: expected at most 2^53 candidates, got 9^17');
  });

  test.each([[[]], [[1, 1]], [[0]], [[Number.NaN]]])('refuses digits %j', (digits) => {
    expect(() => digitGrid(3, [1e-6, 1e-2], digits)).toThrow(/digits must be distinct and positive/);
  });

  test('refuses a range whose largest digit reaches beta 1', () => {
    expect(() => digitGrid(3, [1e-6, 0.3], [1, 4])).toThrow(/4 times the range's upper end must stay below 1/);
  });
});

describe('level grid', () => {
  const grid = levelGrid(3, [1e-3, 1], 4);

  test('has valuesPerPosition^n candidates', () => {
    expect(grid.length).toBe(4 ** 3);
  });

  test('each sigma takes the midpoints of equal parts of its own range', () => {
    // [1e-3, 1] in three ranges is one decade each; the g-th of four midpoints lies (g + 1/2)/4 of a decade up.
    for (const [position, low] of [-3, -2, -1].entries()) {
      const values = [...new Set(Array.from(grid, ({ sigmas }) => Math.log10(sigmas[position]!).toFixed(9)))].sort();
      const expected = [0.125, 0.375, 0.625, 0.875].map((part) => (low + part).toFixed(9)).sort();
      expect(values).toEqual(expected);
    }
  });

  test('in its order, a full grid costs G + G² + … + G^N evaluations with shared prefixes', () => {
    let evaluations = 0;
    let previous: string[] = [];
    for (const { sigmas } of grid) {
      const noisiestFirst = sigmas.map((sigma) => sigma.toPrecision(10)).reverse();
      const shared = noisiestFirst.findIndex((sigma, i) => sigma !== previous[i]);
      evaluations += noisiestFirst.length - shared;
      previous = noisiestFirst;
    }
    expect(evaluations).toBe(4 + 4 ** 2 + 4 ** 3);
  });

  test('levels that neighbours share agree to rounding', () => {
    const [first, second] = [grid.at(0).levels, grid.at(1).levels];
    expect(Math.abs(first[2]! / second[2]! - 1)).toBeLessThan(1e-14);
    expect(Math.abs(first[1]! / second[1]! - 1)).toBeLessThan(1e-14);
  });

  test.each([[[0, 1]], [[1, 1]], [[1, Number.POSITIVE_INFINITY]], [[Number.NaN, 1]]] as [[number, number]][])(
    'refuses the range %j',
    (range) => {
      expect(() => levelGrid(3, range, 4)).toThrow(/two rising positive sigmas/);
    },
  );
});
