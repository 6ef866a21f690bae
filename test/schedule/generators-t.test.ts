import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { quadraticT } from '../../src/schedule/generators/quadratic-t.ts';
import { uniformT } from '../../src/schedule/generators/uniform-t.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { largestRelativeDifference } from './fixtures.ts';

const cases = {
  'uniform-t': {
    generate: uniformT,
    stepAt: (lo: number, hi: number, u: number) => lo + u * (hi - lo),
  },
  'quadratic-t': {
    generate: quadraticT,
    stepAt: (lo: number, hi: number, u: number) => (Math.sqrt(lo) + u * (Math.sqrt(hi) - Math.sqrt(lo))) ** 2,
  },
};

/** ℓ at step t of T linear betas from 1e-6 to 1e-2, with the plain products, and a straight line between steps. */
function naiveLevel(t: number, T: number): number {
  const levels = [1];
  let alphaBar = 1;
  for (let i = 0; i < T; i++) {
    alphaBar *= 1 - (1e-6 + (i * (1e-2 - 1e-6)) / (T - 1));
    levels.push(Math.sqrt(alphaBar));
  }
  const below = Math.min(Math.floor(t), T - 1);
  return levels[below]! + (t - below) * (levels[below + 1]! - levels[below]!);
}

describe.each(Object.entries(cases))('%s', (name, { generate, stepAt }) => {
  test.each([
    [1, 1000, 6],
    [0.25, 10, 7],
    [3.5, 700.25, 12],
    [999.5, 1000, 3],
  ])('from step %d to %d has the levels of training there, %d of them', (lo, hi, n) => {
    const schedule = generate(lo, hi, n);
    const expected = Array.from({ length: n }, (_, i) => naiveLevel(stepAt(lo, hi, i / (n - 1)), 1000));
    // The plain products of a thousand factors are right to a thousand roundings.
    expect(largestRelativeDifference(schedule.levels, expected)).toBeLessThan(1e-12);
    expect(schedule.name).toBe(`${name}-${n}`);
  });

  test('takes the training of another network', () => {
    const expected = [1, 50].map((t) => naiveLevel(t, 50));
    expect(largestRelativeDifference(generate(1, 50, 2, linear(1e-6, 1e-2, 50)).levels, expected)).toBeLessThan(1e-13);
  });

  test('is a schedule whose levels fall, everywhere in its range', () => {
    const step = fc.oneof(
      fc.double({ min: -6, max: 3, noNaN: true }).map((exponent) => 10 ** exponent),
      fc.integer({ min: 1, max: 1000 }),
    );
    const wide = fc.double({ min: -6, max: 9, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(step, wide, fc.integer({ min: 2, max: 3000 }), (at, more, n) => {
        const lo = Math.min(at, 1000 / (1 + 1e-6));
        const hi = Math.min(1000, Math.max(lo * (1 + more), lo * (1 + 1e-6)));
        checkSchedule(generate(lo, hi, n), n);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    [1e-6, 1000],
    [1e-6, 1e-6 * (1 + 1e-6)],
    [1, 1 + 1e-6],
    [1000 / (1 + 1e-6), 1000],
  ])('has 100,000 levels from %d to %d', (lo, hi) => {
    checkSchedule(generate(lo, hi, 100_000), 100_000);
  });

  test('of one level is the upper end', () => {
    expect(largestRelativeDifference(generate(1, 1000, 1).levels, [naiveLevel(1000, 1000)])).toBeLessThan(1e-12);
  });

  test.each([
    [0, 1000, 6],
    [1, 1000.5, 6],
    [5, 5, 2],
    [7, 5, 1],
    [-1, 5, 6],
    [Number.NaN, 5, 6],
  ])('refuses the range [%d, %d] for %d levels', (lo, hi, n) => {
    expect(() => generate(lo, hi, n)).toThrow(
      new InputError(
        `${name}: the range must be two steps of training from 1e-6 to 1000, the second at least 1.000001 times the first, got [${lo}, ${hi}]`,
      ),
    );
  });

  test.each([0, 2.5, Number.NaN, 100_001])('refuses n = %d', (n) => {
    expect(() => generate(1, 1000, n)).toThrow(
      new InputError(`${name}: n must be a whole number from 1 to 100000, got ${n}`),
    );
  });

  test('says so where training adds too little noise to tell levels apart', () => {
    const still = NoiseSchedule.fromBetas([0.5, 1e-17]);
    expect(() => generate(1, 2, 3, still)).toThrow(/^schedule .*-t-3: sigma_2 must be finite and above/);
  });
});

test('at every step of training, uniform-t is the training schedule', () => {
  const training = linear(1e-6, 1e-2, 1000);
  const { betas } = uniformT(1, 1000, 1000);
  expect(largestRelativeDifference(betas, training.betas)).toBeLessThan(1e-9);
});

function checkSchedule({ betas, sigmas }: NoiseSchedule, n: number): void {
  expect(betas).toHaveLength(n);
  expect(betas.every((beta) => beta > 0 && beta < 1)).toBe(true);
  expect(sigmas.every((sigma, i) => i === 0 || sigma > sigmas[i - 1]!)).toBe(true);
}
