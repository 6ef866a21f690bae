import { beforeAll, describe, expect, it, test } from 'vitest';
import { geometric } from '../../../src/schedule/generators/geometric.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { baselines as baselinesFor } from '../../../src/search/baselines.ts';
import { auto } from '../../../src/search/strategies/auto.ts';
import { fromShorter } from '../../../src/search/strategies/from-shorter.ts';
import { levelSpace } from '../../../src/search/strategies/level-space.ts';
import { byScore, type Trial } from '../../../src/search/trial.ts';
import { oracleScore } from '../../schedule/oracle.ts';
import { oracleContext } from './oracle-context.ts';
import { within } from './run-on-oracle.ts';

/** Schedules whose ln σ are evenly spread between the same ends. */
function even(steps: number): NoiseSchedule {
  const logSigmas = Array.from({ length: steps }, (_, i) => -7 + (6 * (i + 0.25)) / (steps - 0.5));
  return NoiseSchedule.fromSigmas(logSigmas.map(Math.exp), { name: `even-${steps}` });
}

function candidates(shorter: readonly NoiseSchedule[], steps: number) {
  return fromShorter(shorter, steps, levelSpace('test', steps), 'auto');
}

/** The best trial of `auto` on the oracle. */
async function bestOf(steps: number, budget: number, shorter: readonly NoiseSchedule[] = []): Promise<Trial> {
  const { context, trials } = oracleContext({ steps, budget });
  await within(auto({ steps, seed: 0, baselines: await baselinesFor(steps), shorter }), context);
  return trials.toSorted(byScore)[0]!;
}

describe('candidates from schedules of fewer steps', () => {
  test('are none without one of two steps or more, and none of one step', () => {
    const one = NoiseSchedule.fromSigmas([0.5], { name: 'one' });
    expect(candidates([], 6)).toEqual([]);
    expect(candidates([one], 2)).toEqual([]);
    expect(candidates([even(2)], 1)).toEqual([]);
    expect(candidates([one, even(2)], 3)).toEqual(candidates([even(2)], 3));
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 3],
    [5, 3],
  ])('from %i schedules are %i', (count, expected) => {
    const shorter = Array.from({ length: count }, (_, i) => even(i + 2));
    const found = candidates(shorter, 9);
    expect(found).toHaveLength(expected);
    expect(found.every(({ betas }) => betas.length === 9)).toBe(true);
  });

  test('of one curve are that curve', () => {
    for (const { betas } of candidates([even(4), even(5), even(7)], 12)) {
      const { sigmas } = NoiseSchedule.fromBetas(betas);
      for (const [i, sigma] of sigmas.entries()) expect(Math.log(sigma)).toBeCloseTo(Math.log(even(12).sigmas[i]!), 8);
    }
  });

  test('go by the last two, by all, and by the last', () => {
    // The ends move with 1/N but for the first schedule, so the line through the last two goes on where the others stay behind.
    const moved = [3, 4, 6].map((steps) => {
      const by = steps === 3 ? 0 : 3 / steps;
      return NoiseSchedule.fromSigmas(even(steps).sigmas.map((sigma) => sigma * Math.exp(by)));
    });
    const shift = ({ betas }: { readonly betas: readonly number[] }) => {
      const { sigmas } = NoiseSchedule.fromBetas(betas);
      return Math.log(sigmas[0]! / even(12).sigmas[0]!);
    };
    const [extrapolated, fitted, interpolated] = candidates(moved, 12).map(shift);
    expect(extrapolated).toBeCloseTo(3 / 12, 8);
    expect(interpolated).toBeCloseTo(3 / 6, 8);
    // Least squares through (1/3, 0), (1/4, 3/4), (1/6, 1/2) at 1/12: means 1/4 and 5/12, slope −(1/24) ⁄ (1/72) = −3.
    expect(fitted).toBeCloseTo(5 / 12 + 3 / 6, 8);
  });
});

describe('on the Gaussian oracle', () => {
  const optima = new Map<number, Trial>();
  beforeAll(async () => {
    for (let steps = 4; steps <= 13; steps++) optima.set(steps, await bestOf(steps, 4000));
  });

  // The bounds are those of the function's docstring.
  test.each([6, 7, 8, 9, 10, 11, 12, 13])('the optima of the two numbers below give that of %i', (steps) => {
    const shorter = [steps - 2, steps - 1].map((count) =>
      NoiseSchedule.fromBetas(optima.get(count)!.betas, { name: 'a' }),
    );
    const [extrapolated, interpolated] = candidates(shorter, steps).map(({ betas }) => oracleScore(betas));
    const { score } = optima.get(steps)!;
    expect(extrapolated! - score).toBeLessThan(0.006);
    expect(interpolated! - score).toBeLessThan(0.05);
    expect(interpolated! - score).toBeGreaterThan(0);
  });

  it('lets a chain from 4 to 12 steps, with 30 NFE a step, come to what searches of their own do with 130', async () => {
    const shorter = [NoiseSchedule.fromBetas((await bestOf(4, 130 * 4)).betas, { name: 'found-4' })];
    for (let steps = 5; steps <= 12; steps++) {
      const { betas, score } = await bestOf(steps, 30 * steps, shorter);
      const own = await bestOf(steps, 130 * steps);
      expect([steps, score - own.score < 0.02]).toEqual([steps, true]);
      shorter.push(NoiseSchedule.fromBetas(betas, { name: `found-${steps}` }));
    }
  });

  it('goes on from a schedule that was asked for, beside those of fewer steps', async () => {
    const start = geometric(1e-6, 0.3, 6);
    const { context, trials } = oracleContext({ steps: 6, budget: 200 });
    const baselines = await baselinesFor(6, [start]);
    await within(auto({ steps: 6, seed: 0, baselines, starts: [start], shorter: [even(4)] }), context);
    expect(trials[0]!.betas).toEqual(start.betas);
    expect(trials[1]!.betas).toEqual(candidates([even(4)], 6)[0]!.betas);
  });
});
