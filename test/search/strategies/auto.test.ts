import { describe, expect, it } from 'vitest';
import { uniforms } from '../../../src/random/noise.ts';
import { baselines as baselinesFor } from '../../../src/search/baselines.ts';
import { auto } from '../../../src/search/strategies/auto.ts';
import { coordinate } from '../../../src/search/strategies/coordinate.ts';
import { byScore } from '../../../src/search/trial.ts';
import { oracleScore } from '../../schedule/oracle.ts';
import { oracleContext } from './oracle-context.ts';
import { bestOfSeeds, median, within } from './run-on-oracle.ts';

describe('auto on the Gaussian oracle', () => {
  // The design's table: CMA-ES comes to 3.15 dB at 6 steps and 1.83 at 12 in 1,000 trials, which are 6,000 and 12,000 NFE; tests allow 0.05.
  it.each([
    [6, 1000, 3.15],
    [12, 1000, 1.83],
  ])('comes in %i steps and %i NFE to %f dB', async (steps, nfe, value) => {
    expect(median(await bestOfSeeds(auto, steps, { nfe }))).toBeLessThan(value + 0.05);
  });

  it.each([2, 3, 4, 8, 25, 50])('beats every baseline of %i steps', async (steps) => {
    const baselines = await baselinesFor(steps);
    const { context, best } = oracleContext({ steps, budget: 60 * steps });
    await within(auto({ steps, seed: 0, baselines }), context);
    for (const { betas, name } of baselines) expect([name, best() < oracleScore(betas)]).toEqual([name, true]);
  });

  it('tries the same with a larger budget, and then goes on', async () => {
    const baselines = await baselinesFor(6);
    const [less, more] = await Promise.all(
      [780, 2000].map(async (budget) => {
        const { context, trials } = oracleContext({ steps: 6, budget });
        await within(auto({ steps: 6, seed: 0, baselines }), context);
        return trials;
      }),
    );
    expect(more!.length).toBeGreaterThan(less!.length);
    expect(more!.slice(0, less!.length)).toEqual(less);
    expect([...new Set(more!.map(({ draws }) => draws))]).toEqual([1, 4]);
  });

  it('ends with a better schedule than one draw finds, where each draw of noise says something else', async () => {
    /** A tenth of a decibel, standard deviation, for each schedule and draw. */
    const noise = (betas: readonly number[], draw: number) => {
      const [u] = uniforms(1, {
        seed: Math.round(1e9 * betas[0]! + 1e6 * betas[3]!),
        purpose: 'proposal',
        clip: 0,
        replicate: draw,
        k: 0,
      });
      return 0.1 * Math.sqrt(12) * (u! - 0.5);
    };
    const score = (betas: readonly number[], draws: number) => {
      const sum = Array.from({ length: draws }, (_, draw) => noise(betas, draw)).reduce((a, b) => a + b, 0);
      return oracleScore(betas) + sum / draws;
    };
    const baselines = await baselinesFor(6);
    const truth = (strategy: typeof auto) =>
      Promise.all(
        [0, 1, 2, 3, 4].map(async (seed) => {
          const { context, trials } = oracleContext({ steps: 6, budget: 3000, score });
          await within(strategy({ steps: 6, seed, baselines }), context);
          return oracleScore(trials.toSorted(byScore)[0]!.betas);
        }),
      );
    expect(median(await truth(auto))).toBeLessThan(median(await truth(coordinate)));
  });
});
