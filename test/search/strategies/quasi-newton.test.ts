import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quasiNewton } from '../../../src/search/strategies/gradient/quasi-newton.ts';

const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, x, i) => sum + x * b[i]!, 0);
const times = (matrix: readonly (readonly number[])[], x: readonly number[]) => matrix.map((row) => dot(row, x));
const correlated = (size: number, by: number) =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => by ** Math.abs(i - j)));

describe('quasiNewton', () => {
  it('goes against the gradient, by the prior, before anything was learned', () => {
    const model = quasiNewton(correlated(3, 0.5));
    expect(model.isInformed()).toBe(false);
    expect(model.direction([1, 0, 2])).toEqual([-1.5, -1.5, -2.25]);
  });

  // Equation 6.6 of the book, the condition that BFGS is made for; and a descent direction needs a positive definite inverse.
  it('takes the last change of the gradient back to its step, and always descends', () => {
    const vector = fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(fc.array(vector, { minLength: 1, maxLength: 8 }), vector, (steps, gradient) => {
        const curvature = [
          [4, 1, 0, 0],
          [1, 3, 1, 0],
          [0, 1, 2, 0.5],
          [0, 0, 0.5, 1],
        ];
        const model = quasiNewton(correlated(4, 0.7));
        for (const step of steps) {
          if (Math.hypot(...step) < 1e-3) continue;
          const change = times(curvature, step);
          model.learn(step, change);
          model.direction(change).forEach((x, i) => {
            expect(-x).toBeCloseTo(step[i]!, 6);
          });
        }
        if (Math.hypot(...gradient) > 1e-3) expect(dot(model.direction(gradient), gradient)).toBeLessThan(0);
      }),
    );
  });

  it('finds the lowest point of a quadratic in as many exact steps as there are dimensions', () => {
    const curvature = [
      [5, 2, 0],
      [2, 4, 1],
      [0, 1, 3],
    ];
    const model = quasiNewton(correlated(3, 0));
    let x = [3, -2, 1];
    for (let i = 0; i < 3; i++) {
      const gradient = times(curvature, x);
      const direction = model.direction(gradient);
      const length = -dot(gradient, direction) / dot(direction, times(curvature, direction));
      const step = direction.map((d) => length * d);
      x = x.map((value, j) => value + step[j]!);
      model.learn(step, times(curvature, step));
    }
    expect(Math.hypot(...x)).toBeLessThan(1e-9);
  });

  it('learns nothing from a slope that falls, stays or is not a number, and forgets when told', () => {
    const model = quasiNewton(correlated(2, 0));
    for (const change of [
      [-1, 0],
      [0, 5],
      [Number.NaN, 1],
    ])
      model.learn([1, 0], change);
    expect(model.isInformed()).toBe(false);
    model.learn([1, 0], [2, 0]);
    expect(model.isInformed()).toBe(true);
    expect(model.direction([2, 0])).toEqual([-1, -0]);
    model.forget();
    expect(model.isInformed()).toBe(false);
    expect(model.direction([2, 0])).toEqual([-2, -0]);
  });
});
