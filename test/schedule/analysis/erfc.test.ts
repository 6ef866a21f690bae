import fc from 'fast-check';
import { expect, test } from 'vitest';
import { erfc } from '../../../src/schedule/analysis/erfc.ts';

test.each([
  // Abramowitz and Stegun, table 7.1, of erf to ten decimals.
  [0, 0],
  [0.02, 0.0225645747],
  [0.5, 0.5204998778],
  [1, 0.8427007929],
  [1.5, 0.9661051465],
  [2, 0.995322265],
])('erf of %d is %d', (x, erf) => {
  expect(1 - erfc(x)).toBeCloseTo(erf, 10);
});

/** By Simpson's rule, e^(−x²) taken out so that the tail keeps its digits: ∫ e^(−2xs − s²) ds from 0 to 8. */
function naive(x: number): number {
  const intervals = 20_000;
  const h = 8 / intervals;
  let sum = 0;
  for (let i = 0; i <= intervals; i++) {
    const s = i * h;
    const weight = i === 0 || i === intervals ? 1 : i % 2 === 1 ? 4 : 2;
    sum += weight * Math.exp(-2 * x * s - s * s);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum * (h / 3);
}

test('agrees with the integral to 1e-11 relative, far into the tail and across the seam of its two forms', () => {
  // Simpson's error is near h⁴/180 · f‴(0) = h⁴/180 · (2x)³, beside an integral near 1/(2x): 1.4e-12 of it at x = 5.
  const near = fc.constantFrom(0, 1.9999999, 2, 2.0000001);
  fc.assert(
    fc.property(fc.oneof(near, fc.double({ min: 0, max: 5, noNaN: true })), (x) => {
      expect(Math.abs(erfc(x) / naive(x) - 1)).toBeLessThan(1e-11);
    }),
  );
});

test('is 0 where nothing is left', () => {
  expect(erfc(Number.POSITIVE_INFINITY)).toBe(0);
  expect(erfc(40)).toBe(0);
});
