import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { fibonacci } from '../../src/schedule/generators/fibonacci.ts';
import { geometric } from '../../src/schedule/generators/geometric.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { quadratic } from '../../src/schedule/generators/quadratic.ts';
import { largestRelativeDifference, referenceSchedules } from './fixtures.ts';

const between = { linear, geometric, quadratic };

describe.each(Object.entries(between))('%s', (name, generate) => {
  test('has n rising betas within its ends, both exact', () => {
    const end = fc.double({ min: 1e-9, max: 0.99, noNaN: true });
    fc.assert(
      fc.property(end, end, fc.integer({ min: 2, max: 50 }), (a, b, n) => {
        const [lo, hi] = [Math.min(a, b), Math.max(a, b)];
        const { betas } = generate(lo, hi, n);
        expect(betas).toHaveLength(n);
        expect(betas[0]).toBe(lo);
        expect(betas.at(-1)).toBe(hi);
        for (const beta of betas) {
          expect(beta).toBeGreaterThan(lo * (1 - 1e-12));
          expect(beta).toBeLessThan(hi * (1 + 1e-12));
        }
      }),
    );
  });

  test('of one step is its first beta', () => {
    expect(generate(0.1, 0.2, 1).betas).toEqual([0.1]);
  });

  test.each([0, -1, 2.5, Number.NaN, 1e9])('refuses n = %d', (n) => {
    expect(() => generate(0.1, 0.2, n)).toThrow(
      new InputError(`${name}: n must be a whole number from 1 to 100000, got ${n}`),
    );
  });

  test.each([1, 3])('refuses an end that is no beta, with %d steps', (n) => {
    for (const [lo, hi] of [
      [0.1, 1],
      [0, 0.1],
      [0.1, Number.NaN],
    ] as const) {
      expect(() => generate(lo, hi, n)).toThrow(
        new InputError(`${name}: the range must be two betas strictly between 0 and 1, got [${lo}, ${hi}]`),
      );
    }
  });

  // ln 0.5 · 1000 = −693, near the −700 at which a schedule ends; 0.6 goes beyond.
  test('takes as many steps as keep alphaBar above 1e-304', () => {
    expect(generate(0.5, 0.5, 1000).length).toBe(1000);
    expect(() => generate(0.6, 0.6, 1000)).toThrow(
      new InputError(`schedule ${name}-1000: alphaBar_764 must stay above 1e-304, got e^-700`),
    );
  });
});

describe('quadratic', () => {
  test('is spaced evenly in the square root', () => {
    expect(largestRelativeDifference(quadratic(0.01, 0.25, 5).betas, [0.01, 0.04, 0.09, 0.16, 0.25])).toBeLessThan(
      1e-14,
    );
  });

  // Stable Diffusion v1: "scaled linear" from 0.00085 to 0.012, whose σ k-diffusion gives as 0.0291675 to 14.614642, in float32, in
  // which 1 − ᾱ_1 has an error of 2^-25/8.5e-4.
  test('makes the levels of Stable Diffusion', () => {
    const { sigmas } = quadratic(0.00085, 0.012, 1000);
    expect(largestRelativeDifference([sigmas[0]!, sigmas.at(-1)!], [0.0291675, 14.614642])).toBeLessThan(3.5e-5);
  });

  test.each([
    [0, 0.5],
    [0.5, 1],
    [-0.1, 0.5],
    [Number.NaN, 0.5],
  ])('refuses the range [%d, %d]', (lo, hi) => {
    expect(() => quadratic(lo, hi, 3)).toThrow(
      new InputError(`quadratic: the range must be two betas strictly between 0 and 1, got [${lo}, ${hi}]`),
    );
  });
});

test('linear is spaced evenly, geometric in the logarithm', () => {
  expect(largestRelativeDifference(linear(0.1, 0.5, 5).betas, [0.1, 0.2, 0.3, 0.4, 0.5])).toBeLessThan(1e-14);
  expect(largestRelativeDifference(geometric(1e-4, 1e-1, 4).betas, [1e-4, 1e-3, 1e-2, 1e-1])).toBeLessThan(1e-14);
});

describe('fibonacci', () => {
  test('from 1e-6, 2e-6 it is the shipped 25-step schedule', () => {
    const shipped = referenceSchedules['ivanvovk-25']!;
    expect(largestRelativeDifference(fibonacci(1e-6, 2e-6, 25).betas, shipped)).toBeLessThan(1e-12);
  });

  test('each beta is the sum of the two before it', () => {
    const first = fc.double({ min: 1e-9, max: 1e-5, noNaN: true });
    fc.assert(
      fc.property(first, first, fc.integer({ min: 3, max: 20 }), (b1, b2, n) => {
        const { betas } = fibonacci(b1, b2, n);
        expect(betas.slice(0, 2)).toEqual([b1, b2]);
        for (let i = 2; i < n; i++) expect(betas[i]).toBe(betas[i - 1]! + betas[i - 2]!);
      }),
    );
  });

  test('of one step is its first beta', () => {
    expect(fibonacci(1e-6, 2e-6, 1).betas).toEqual([1e-6]);
  });

  // The first n at which the reference's unguarded sum reaches 1.
  test.each([
    [1e-6, 9e-6, 27],
    [1e-6, 2e-6, 30],
  ])('from %d, %d it ends before n = %d', (b1, b2, n) => {
    expect(fibonacci(b1, b2, n - 1).length).toBe(n - 1);
    expect(() => fibonacci(b1, b2, n + 5)).toThrow(
      new InputError(`fibonacci: n must be at most ${n - 1} from ${b1}, ${b2} (beta_${n} reaches 1), got ${n + 5}`),
    );
  });

  test('without arguments it is the reference default', () => {
    expect([...fibonacci()]).toEqual([...fibonacci(1e-6, 9e-6, 25)]);
  });
});
