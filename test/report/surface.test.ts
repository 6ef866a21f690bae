import { expect, test } from 'vitest';
import { smoothed } from '../../src/report/surface.ts';

// Two samples at (0, 0) and (1, 1): the standard deviation is sqrt(1/2), the kernel's width sqrt(1/2) · 2^(−1/6).
const two = [
  { x: 0, y: 0, value: 1 },
  { x: 1, y: 1, value: 3 },
];

test('is the mean of values that a Gaussian weighs', () => {
  const [[at], [far]] = smoothed(two, [0], [0, 9]) as [[number], [undefined]];
  const width = Math.SQRT1_2 * 2 ** (-1 / 6);
  const weight = Math.exp(-(1 / width ** 2));
  expect(at).toBeCloseTo((1 + 3 * weight) / (1 + weight), 12);
  expect(far).toBeUndefined();
});

test('gives a row for each y and a value for each x', () => {
  const rows = smoothed(two, [0, 0.5, 1], [0, 1]);
  expect(rows.map((row) => row.length)).toEqual([3, 3]);
  // As far from both.
  expect(smoothed(two, [0.5], [0.5])[0]![0]).toBeCloseTo(2, 12);
});
