import { describe, expect, test } from 'vitest';
import { referenceGrid } from '../../src/schedule/reference-grid.ts';
import { gridFacts, largestRelativeDifference, referenceSchedules } from './fixtures.ts';

describe.each(Object.entries(gridFacts))('for %s steps', (steps, facts) => {
  const grid = referenceGrid(Number(steps), [1e-6, 1e-2]);

  test('has as many candidates as the reference', () => {
    expect(grid.length).toBe(facts.candidates);
  });

  // torch's vectorised float32 power may be one ulp (1.2e-7) from a rounded float64 power.
  test('starts and ends with the reference candidates', () => {
    expect(largestRelativeDifference(grid.at(0).betas, facts.first)).toBeLessThan(1.3e-7);
    expect(largestRelativeDifference(grid.at(grid.length - 1).betas, facts.last)).toBeLessThan(1.3e-7);
  });
});

describe('shipped schedules are points of the walk', () => {
  test.each([
    [6, 2485],
    [12, 4235],
    [50, 34_799],
    [100, 7_500],
  ])('%d steps at tick %d', (steps, tick) => {
    const grid = referenceGrid(steps, [-6, -2]);
    const shipped = referenceSchedules[`ivanvovk-${steps}`]!;
    const index = grid.indexOfTick(tick)!;
    expect(grid.tickOf(shipped)).toBe(tick);
    expect(grid.tickAt(index)).toBe(tick);
    expect(largestRelativeDifference(grid.at(index).betas, shipped)).toBeLessThan(1e-6);
  });

  test.each([
    [6, 2485, '133476'],
    [12, 4235, '131366984826'],
  ])('%d steps at tick %d have the digits %s', (steps, tick, digits) => {
    const grid = referenceGrid(steps);
    expect(grid.at(grid.indexOfTick(tick)!).source).toMatch(new RegExp(`digits ${digits}$`));
  });
});

test('betas and their exponents are the same range', () => {
  expect([...referenceGrid(6, [-6, -2]).at(77)]).toEqual([...referenceGrid(6, [1e-6, 1e-2]).at(77)]);
});

test('a tick with a zero digit, or beyond the walk, has no index', () => {
  const grid = referenceGrid(6);
  // 111111 + 9 · 10 = 111201.
  expect(grid.indexOfTick(10)).toBeUndefined();
  expect(grid.indexOfTick(9 ** 5)).toBeUndefined();
});

test('betas that are no point of the walk have no tick', () => {
  const grid = referenceGrid(6);
  const betas = [...grid.at(5)];
  expect(grid.tickOf(betas)).toBe(grid.tickAt(5));
  expect(grid.tickOf(betas.with(2, betas[2]! * 1.001))).toBeUndefined();
  expect(grid.tickOf(betas.with(0, 9e-6))).toBeUndefined();
  expect(grid.tickOf(betas.slice(1))).toBeUndefined();
  expect(grid.tickOf(betas.with(1, 0))).toBeUndefined();
});

test('the first digit only reaches 6 for six steps', () => {
  const grid = referenceGrid(6);
  expect(Math.round(grid.at(grid.length - 1).betas[0]! / 1e-6)).toBe(6);
});

test.each([
  [[1e-2, 1e-6], /two rising betas between 0 and 1, or their exponents, got \[0.01, 0.000001\]/],
  [[-6, 0.01], /two rising betas between 0 and 1/],
  [[Number.NaN, 0.01], /two rising betas between 0 and 1/],
  [[1e-6, 0.12], /9 times the range's upper end must stay below 1/],
] as const)('refuses the range %j', (range, sentence) => {
  expect(() => referenceGrid(6, range)).toThrow(sentence);
});

test('refuses more steps than the reference can count', () => {
  expect(() => referenceGrid(329)).toThrow('reference grid: n must be at most 328, got 329');
  expect(referenceGrid(328).at(0).source).toMatch(/digits 1{328}$/);
});
