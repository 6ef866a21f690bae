import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correlationRatio, importance } from '../../src/report/importance.ts';

test('the correlation ratio is one less the variance within groups over that of all', () => {
  // By hand: of 1 … 6 the sum of squares is 17.5 with 5 degrees of freedom, of 1 2 3 and of 4 5 6 it is 2 with 2 each: 1 − 1/3.5.
  expect(
    correlationRatio([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  ).toBeCloseTo(1 - 1 / 3.5, 12);
  // Groups that are alike explain nothing: 1 − (4/4)/(4/5) is below 0.
  expect(
    correlationRatio([
      [1, 2, 3],
      [1, 2, 3],
    ]),
  ).toBe(0);
});

const spread = (count: number, step: number) => Array.from({ length: count }, (_, i) => (i * step) % 1);

test('is high for what decides, whatever the form, and near zero for what does not', () => {
  // Fractional parts of multiples of two irrational numbers, which are spread evenly and do not depend on each other.
  const [x, y] = [spread(400, 0.6180339887498949), spread(400, 0.41421356237309515)];
  const scores = x.map((value) => (value - 0.5) ** 2);
  // Ten groups: within one the square still varies, by less than a tenth of its variance.
  expect(importance(x, scores)).toBeGreaterThan(0.9);
  // Without its bias it is 0 on average; the standard error is about sqrt(2 · 9)/400.
  expect(importance(y, scores)).toBeLessThan(0.05);
});

test('lies from 0 to 1 and does not change with the scale of either', () => {
  const numbers = fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ min: 0, max: 50 })), {
    minLength: 12,
    maxLength: 60,
  });
  fc.assert(
    fc.property(numbers, (pairs) => {
      const [values, scores] = [pairs.map(([value]) => value), pairs.map(([, score]) => score)];
      const found = importance(values, scores);
      fc.pre(Number.isFinite(found));
      expect(found).toBeGreaterThanOrEqual(0);
      expect(found).toBeLessThanOrEqual(1);
      const scaled = importance(
        values.map((value) => Math.exp(value / 10)),
        scores.map((score) => 3 * score + 1),
      );
      expect(scaled).toBe(found);
    }),
  );
});

test('says nothing of too few schedules, or where all are alike', () => {
  expect(importance(spread(11, 0.3), spread(11, 0.7))).toBeNaN();
  expect(importance(Array(20).fill(1), spread(20, 0.7))).toBeNaN();
  expect(importance(spread(20, 0.3), Array(20).fill(1))).toBeNaN();
});
