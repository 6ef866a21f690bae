import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromUnconstrained, toUnconstrained } from '../../../src/search/strategies/unconstrained.ts';

const coordinates = fc
  .tuple(
    fc.double({ min: -8, max: 2, noNaN: true }),
    fc.array(fc.double({ min: -3, max: 1, noNaN: true }), { maxLength: 24 }),
  )
  .map(([first, gaps]) => [first, ...gaps]);

const largestDifference = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

test('σ = e, e², e⁴ are the coordinates 1, ln 1 and ln 2', () => {
  expect(toUnconstrained([1, 2, 4])).toEqual([1, 0, Math.log(2)]);
  expect(fromUnconstrained([1, 0, Math.log(2)])).toEqual([1, 2, 4]);
});

test('leads there and back to rounding, from either side', () => {
  fc.assert(
    fc.property(coordinates, (x) => {
      const logSigmas = fromUnconstrained(x);
      expect(logSigmas.every((value, i) => i === 0 || value > logSigmas[i - 1]!)).toBe(true);
      // ln σ of up to 70, whose digits end at 1.4e-14, in gaps down to 0.05.
      expect(largestDifference(toUnconstrained(logSigmas), x)).toBeLessThan(1e-12);
      expect(largestDifference(fromUnconstrained(toUnconstrained(logSigmas)), logSigmas)).toBeLessThan(1e-12);
    }),
  );
});

test('any coordinates give levels in order, even where a gap is too small to be kept', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: -100, max: 3, noNaN: true }), { minLength: 1, maxLength: 24 }), (x) => {
      const logSigmas = fromUnconstrained(x);
      expect(logSigmas.every((value, i) => i === 0 || value >= logSigmas[i - 1]!)).toBe(true);
    }),
  );
});
