import { describe, expect, it } from 'vitest';
import { uniforms } from '../../../src/random/noise.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { baselines } from '../../../src/search/baselines.ts';
import { quasiRandom } from '../../../src/search/strategies/quasi-random.ts';
import type { StrategyContext } from '../../../src/search/strategies/strategy.ts';
import { oracleScore } from '../../schedule/oracle.ts';
import { oracleContext } from './oracle-context.ts';
import { bestOfSeeds, median, within } from './run-on-oracle.ts';

/** The best of sorted log-uniform draws over the default range, in dB. */
function bestDraw(steps: number, seed: number, draws: number): number {
  const scores = Array.from({ length: draws }, (_, k) => {
    const row = uniforms(steps, { seed, purpose: 'proposal', clip: 9, replicate: 0, k }).sort();
    return oracleScore(NoiseSchedule.fromSigmas(Array.from(row, (u) => 3e-4 * 1e4 ** u)).betas);
  });
  return Math.min(...scores);
}

describe('strategy quasi-random', () => {
  it.each([4, 6, 12])('is better in 300 trials than as many log-uniform draws, %i steps', async (steps) => {
    const drawn = [0, 1, 2, 3, 4].map((seed) => bestDraw(steps, seed, 300));
    const found = await bestOfSeeds(quasiRandom, steps, { nfe: 300 * steps, baselines: [] });
    expect(median(found)).toBeLessThan(median(drawn) - 0.05);
  });

  it('tries the baselines, then schedules whose n-th level is on average n (N + 1)-ths through the range', async () => {
    const known = await baselines(6);
    const { context, trials } = oracleContext({ steps: 6, budget: 6 * 600 });
    await within(quasiRandom({ steps: 6, seed: 0, baselines: known }), context);
    expect(trials.slice(0, known.length).map(({ origin }) => origin)).toEqual(known.map(({ name }) => name));
    const drawn = trials.slice(known.length).map(({ betas }) => NoiseSchedule.fromBetas(betas).sigmas.map(Math.log));
    expect(drawn.length).toBeGreaterThan(500);
    // Every second of 13 ordered uniform numbers: the mean of the j-th is j / 14.
    for (let n = 1; n <= 6; n++) {
      const mean = drawn.reduce((sum, logSigmas) => sum + logSigmas[n - 1]!, 0) / drawn.length;
      expect((mean - Math.log(3e-4)) / Math.log(1e4)).toBeCloseTo(n / 7, 1.7);
    }
  });

  it('leaves no refusal unheard where answers take their time', async () => {
    const { context, trials } = oracleContext({ steps: 6, budget: 100 });
    const evaluate: StrategyContext['evaluate'] = async (candidates) => {
      await new Promise((resolve) => setImmediate(resolve));
      return await context.evaluate(candidates);
    };
    // An unheard one fails the whole file.
    await within(quasiRandom({ steps: 6, seed: 0, baselines: [] }), { ...context, evaluate });
    expect(trials).toHaveLength(16);
  });

  it('differs with the seed', async () => {
    const runs = [0, 1].map((seed) => ({ seed, ...oracleContext({ steps: 6, budget: 60 }) }));
    for (const { seed, context } of runs) await within(quasiRandom({ steps: 6, seed, baselines: [] }), context);
    expect(runs[0]!.trials).toHaveLength(10);
    expect(runs[1]!.trials.map(({ betas }) => betas)).not.toEqual(runs[0]!.trials.map(({ betas }) => betas));
  });
});
