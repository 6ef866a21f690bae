import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../../src/formats/input-error.ts';
import { loadPreset } from '../../../src/schedule/file.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { cmaEs } from '../../../src/search/strategies/cma-es.ts';
import { coordinate } from '../../../src/search/strategies/coordinate.ts';
import { levelSpace } from '../../../src/search/strategies/level-space.ts';
import { quasiRandom } from '../../../src/search/strategies/quasi-random.ts';
import { oracleContext } from './oracle-context.ts';

const ranges = fc
  .tuple(fc.double({ min: -10, max: 1, noNaN: true }), fc.double({ min: 0.5, max: 8, noNaN: true }))
  .map(([lo, width]) => [Math.exp(lo), Math.exp(lo + width)] as const);

function expectClose(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 9);
}

describe('levelSpace', () => {
  it('brings any levels into the range, in order and apart, and leaves those as they are', () => {
    const anywhere = fc.array(fc.double({ min: -40, max: 40, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(ranges, anywhere, (range, logSigmas) => {
        const { inside, lo, hi } = levelSpace('test', logSigmas.length, range);
        const within = inside(logSigmas);
        expect(within[0]!).toBeGreaterThanOrEqual(lo - 1e-12);
        expect(within.at(-1)!).toBeLessThanOrEqual(hi);
        const gap = Math.min(0.05, (hi - lo) / (4 * logSigmas.length ** 2));
        expect(within.every((x, i) => i === 0 || x - within[i - 1]! > gap * (1 - 1e-9))).toBe(true);
        expectClose(inside(within), within);
      }),
    );
  });

  it('reflects what is beyond an end, as often as it takes', () => {
    const { inside } = levelSpace('test', 2, [1, Math.exp(2)]);
    expect(inside([-0.5, 1])).toEqual([0.5, 1]);
    expect(inside([1, 2.5])).toEqual([1, 1.5]);
    // Through the range and back again: 5.25 is 3.25 above the upper end, 1.25 below the lower one, 1.25 above it.
    expect(inside([0.5, 5.25])).toEqual([0.5, 1.25]);
  });

  it('moves levels apart that fall together, by no more than is missing', () => {
    const { inside } = levelSpace('test', 3, [1, Math.exp(2)]);
    expectClose(inside([1, 1, 1.5]), [1, 1.05, 1.5]);
    expectClose(inside([2, 2, 2]), [1.9, 1.95, 2]);
  });

  it('keeps the betas of a schedule that lies within, and takes the nearest of one that does not', async () => {
    const { betas } = await loadPreset('lmnt-6');
    expect(levelSpace('test', 6).of(betas).betas).toBe(betas);
    const { sigmas } = NoiseSchedule.fromBetas(betas);
    const narrow = levelSpace('test', 6, [0.01, 0.5]).of(betas);
    const nearest = sigmas.map((sigma) => Math.log(Math.min(0.5, Math.max(0.01, sigma))));
    // Two levels lie below the range, two above it: one of each is moved inward by the smallest gap.
    nearest[1]! += Math.log(0.5 / 0.01) / (4 * 36);
    expectClose(narrow.logSigmas, nearest);
  });

  it.each([
    [0, 1],
    [2, 1],
    [1, Number.POSITIVE_INFINITY],
    [Number.NaN, 1],
  ])('refuses the range %f to %f', (lo, hi) => {
    expect(() => levelSpace('test', 6, [lo, hi])).toThrow(
      new InputError(`test: the range must be two rising positive sigmas, got [${lo}, ${hi}]`),
    );
  });
});

describe.each([cmaEs, coordinate, quasiRandom])('%o', (strategy) => {
  it('keeps every level within the range, for any number of steps', async () => {
    await fc.assert(
      fc.asyncProperty(ranges, fc.integer({ min: 1, max: 14 }), fc.nat(), async (range, steps, seed) => {
        const { context, trials } = oracleContext({ steps, budget: 40 * steps });
        await strategy({ steps, seed, range, baselines: [] })
          .run(context)
          .catch(() => {});
        // One level in a narrow range is soon found.
        expect(trials.length).toBeGreaterThan(10);
        for (const { betas } of trials) {
          const { sigmas } = NoiseSchedule.fromBetas(betas);
          expect(sigmas[0]!).toBeGreaterThan(range[0] * (1 - 1e-9));
          expect(sigmas.at(-1)!).toBeLessThan(range[1] * (1 + 1e-9));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('refuses a range that does not rise', () => {
    expect(() => strategy({ steps: 6, seed: 0, range: [1, 1], baselines: [] })).toThrow('got [1, 1]');
  });
});
