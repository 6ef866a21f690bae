import { describe, expect, it } from 'vitest';
import { loadPreset } from '../../../src/schedule/file.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { baselines } from '../../../src/search/baselines.ts';
import { coordinate } from '../../../src/search/strategies/coordinate.ts';
import type { StrategyContext } from '../../../src/search/strategies/strategy.ts';
import { oracleContext } from './oracle-context.ts';
import { bestOfSeeds, median, within } from './run-on-oracle.ts';

describe('strategy coordinate', () => {
  // The design's oracle table gives 3.15 and 1.83 dB, for CMA-ES in 6,000 and 12,000 NFE; at 4 steps, what all seeds and both local
  // strategies end at is 4.212 dB.
  it.each([
    [4, 250, 4.212],
    [6, 400, 3.15],
    [12, 1000, 1.83],
  ])('comes to the best that is known of the oracle, %i steps in %i NFE', async (steps, nfe, known) => {
    expect(median(await bestOfSeeds(coordinate, steps, { nfe }))).toBeLessThan(known + 0.001);
  });

  it.each([4, 6, 12])('needs no baseline for it, %i steps', async (steps) => {
    const known = { 4: 4.212, 6: 3.15, 12: 1.83 }[steps]!;
    const scores = await bestOfSeeds(coordinate, steps, { nfe: 250 * steps, baselines: [] });
    expect(Math.max(...scores)).toBeLessThan(known + 0.001);
  });

  it('shares at 6 steps at least 40 % of the evaluations of a sweep', async () => {
    const start = await loadPreset('lmnt-6');
    const { context, trials } = oracleContext({ steps: 6, budget: 600 });
    const asked: (readonly number[])[] = [];
    const evaluate: StrategyContext['evaluate'] = async (candidates) => {
      const before = trials.length;
      const result = await context.evaluate(candidates);
      asked.push(trials.slice(before).map(({ nfe }) => nfe));
      return result;
    };
    await within(coordinate({ steps: 6, seed: 0, baselines: [start], starts: [start] }), { ...context, evaluate });
    // The start, then sweeps of two generations. The start is the first sweep's first centre, and costs nothing there.
    expect(asked[0]).toEqual([6]);
    expect(asked[1]).toEqual([1, 1, 2, 2]);
    expect(asked[2]).toEqual([2, 3, 3, 4, 4, 5, 5, 6, 6]);
    const swept = asked.slice(1).flat();
    expect(swept.length).toBeGreaterThan(100);
    expect(swept.reduce((sum, nfe) => sum + nfe, 0)).toBeLessThanOrEqual(0.6 * 6 * swept.length);
  });

  it('asks for at most nine candidates at once, the centre and two for each of four levels', async () => {
    for (const steps of [1, 2, 3, 5, 12, 25]) {
      const { context, trials } = oracleContext({ steps, budget: 60 * steps });
      const sizes: number[] = [];
      const evaluate: StrategyContext['evaluate'] = (candidates) => {
        sizes.push(candidates.length);
        return context.evaluate(candidates);
      };
      await within(coordinate({ steps, seed: 0, baselines: [] }), { ...context, evaluate });
      expect(Math.max(...sizes.slice(1))).toBeLessThanOrEqual(9);
      expect(trials.length).toBeGreaterThan(20);
    }
  });

  it('tries both ends of a bracket about each level, the less noisy ones following', async () => {
    const start = await loadPreset('lmnt-6');
    const { context, trials } = oracleContext({ steps: 6, budget: 100 });
    await within(coordinate({ steps: 6, seed: 0, baselines: [start], starts: [start] }), context);
    const log = (betas: readonly number[]) => NoiseSchedule.fromBetas(betas).sigmas.map(Math.log);
    const centre = log(start.betas);
    // A third of the distance of six levels spread evenly over σ from 3e-4 to 3, and ρ = e^(−2/5).
    const reach = Math.log(1e4) / 5 / 3;
    const expected = [
      [-reach, 0, 0, 0, 0, 0],
      [reach, 0, 0, 0, 0, 0],
      [-reach * Math.exp(-0.4), -reach, 0, 0, 0, 0],
      [reach * Math.exp(-0.4), reach, 0, 0, 0, 0],
    ];
    trials.slice(1, 5).forEach(({ betas, parent, origin }, t) => {
      for (const [i, logSigma] of log(betas).entries()) expect(logSigma - centre[i]!).toBeCloseTo(expected[t]![i]!, 9);
      expect([parent, origin]).toEqual([1, 'coordinate']);
    });
  });

  it('ends by itself once the smallest bracket gains nothing', async () => {
    const { context, trials, nfe } = oracleContext({ steps: 6, budget: 5000 });
    await coordinate({ steps: 6, seed: 0, baselines: await baselines(6) }).run(context);
    expect(nfe()).toBeLessThan(1000);
    expect(trials.length).toBeGreaterThan(100);
  });

  it('goes on where schedules fail', async () => {
    const score = (betas: readonly number[]) => (betas[0]! > 4e-6 ? Number.NaN : betas[0]! + 1);
    const starts = [await loadPreset('fastdiff-6')];
    const { context, trials, best } = oracleContext({ steps: 6, budget: 1200, score });
    await within(coordinate({ steps: 6, seed: 0, baselines: starts, starts }), context);
    expect(trials.some(({ state }) => state === 'failed')).toBe(true);
    expect(best()).toBeLessThan(1 + 2e-7);
  });

  it('ends where every schedule fails', async () => {
    const { context, trials } = oracleContext({ steps: 4, budget: 5000, score: () => Number.NaN });
    await coordinate({ steps: 4, seed: 0, baselines: [] }).run(context);
    expect(trials.every(({ state }) => state === 'failed')).toBe(true);
  });
});
