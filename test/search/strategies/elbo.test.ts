import { describe, expect, it, test } from 'vitest';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { baselines as baselinesFor } from '../../../src/search/baselines.ts';
import type { ErrorTable } from '../../../src/search/strategies/elbo/bound.ts';
import { boundSchedules } from '../../../src/search/strategies/elbo/bound-schedules.ts';
import { elbo } from '../../../src/search/strategies/elbo/elbo.ts';
import { denseTable, measureErrors } from '../../../src/search/strategies/elbo/error-table.ts';
import { naturalSpline } from '../../../src/search/strategies/elbo/natural-spline.ts';
import { oracleErrors, oracleScore } from '../../schedule/oracle.ts';
import { type OracleContextOptions, oracleContext } from './oracle-context.ts';

const scoreOf = (sigmas: readonly number[]) => oracleScore(NoiseSchedule.fromSigmas(sigmas).betas);

/** Root mean square distance in ln σ. */
function distance(a: readonly number[], b: readonly number[]): number {
  return Math.sqrt(a.reduce((sum, sigma, i) => sum + Math.log(sigma / b[i]!) ** 2, 0) / a.length);
}

async function runOnOracle(options: OracleContextOptions & { readonly steps: number }, from = {}) {
  const oracle = oracleContext(options);
  let isSpent = false;
  await elbo({ steps: options.steps, seed: 0, baselines: [], ...from })
    .run(oracle.context)
    .catch((error: unknown) => {
      if (!String(error).includes('budget')) throw error;
      isSpent = true;
    });
  return { trials: oracle.trials, best: oracle.best(), nfe: oracle.nfe(), isSpent };
}

async function measured(): Promise<ErrorTable> {
  return (await measureErrors(oracleContext({ budget: 100 }).context))!;
}

describe('the table of errors', () => {
  it('costs 16 evaluations and is within 0.3 % of the oracle between them', async () => {
    const oracle = oracleContext({ budget: 100 });
    const { sigmas, errors } = denseTable((await measureErrors(oracle.context))!, 6);
    expect(oracle.nfe()).toBe(16);
    expect(sigmas).toHaveLength(120);
    expect(sigmas[0]).toBeCloseTo(3e-4, 12);
    expect(sigmas.at(-1)).toBeCloseTo(3, 12);
    for (const [i, sigma] of sigmas.entries())
      expect(Math.abs(errors[i]! / oracleErrors(sigma)[0] - 1)).toBeLessThan(0.003);
  });

  it('has levels enough for many steps', async () => {
    expect(denseTable(await measured(), 200).sigmas).toHaveLength(400);
  });

  it('does without levels where the network fails', async () => {
    const cleanErrors = async (sigmas: readonly number[]) => sigmas.map((sigma) => (sigma > 1 ? Number.NaN : sigma));
    const { sigmas, errors } = (await measureErrors({ cleanErrors }))!;
    // 16 levels, 0.614 apart in ln σ, end at 3; two are above 1.
    expect(sigmas).toHaveLength(14);
    expect(errors).toEqual(sigmas);
    const hardly = async (all: readonly number[]) => all.map((_, i) => (i < 3 ? 1 : Number.POSITIVE_INFINITY));
    expect(await measureErrors({ cleanErrors: hardly })).toBeUndefined();
  });
});

describe('the natural spline', () => {
  // By hand: h = 1, M_0 = M_2 = 0, 4 M_1 = 6 (0 − 1 − 1 + 0) = −12, so at ½: ½ + (1/8 − 1/2)(−3)/6 = 0.6875.
  test('through (0, 0), (1, 1), (2, 0)', () => {
    const spline = naturalSpline([0, 1, 2], [0, 1, 0]);
    expect([0, 0.5, 1, 1.5, 2].map(spline)).toEqual([0, 0.6875, 1, 0.6875, 0]);
  });

  test('through points at uneven distances on a line', () => {
    const spline = naturalSpline([0, 1, 3, 3.5, 7], [1, 3, 7, 8, 15]);
    for (const x of [0, 0.3, 2, 3.2, 5, 7]) expect(spline(x)).toBeCloseTo(2 * x + 1, 12);
  });

  // The second derivative of a smooth function is met to first order even near the natural ends.
  test('of a sine on 40 points', () => {
    const x = Array.from({ length: 40 }, (_, i) => (i * Math.PI) / 39);
    const spline = naturalSpline(x, x.map(Math.sin));
    for (let at = 0; at < Math.PI; at += 0.01) expect(Math.abs(spline(at) - Math.sin(at))).toBeLessThan(1e-6);
  });
});

describe('the list of schedules', () => {
  it.each([1, 2, 3, 6, 12, 50, 130])('holds valid ones of %i steps, none twice or nearly', async (steps) => {
    const list = boundSchedules(await measured(), steps);
    expect(list.length).toBeGreaterThan(steps < 100 ? 10 : 1);
    for (const [i, sigmas] of list.entries()) {
      expect(NoiseSchedule.fromSigmas(sigmas)).toHaveLength(steps);
      for (const other of list.slice(0, i))
        expect(distance(sigmas, other)).toBeGreaterThan(0.9 * (Math.log(1e4) / 2 / 260));
    }
  });

  // The design's oracle table: the whole scan 3.19 and 1.85 dB, the shipped schedules 3.78 and 2.81.
  it.each([
    [6, 3.19, 3.78],
    [12, 1.85, 2.81],
  ])(
    'is nearly as good as all noisiest levels at %i steps, and the first eight beat the shipped schedule',
    async (steps, known, shipped) => {
      const scores = boundSchedules(await measured(), steps).map(scoreOf);
      expect(Math.min(...scores)).toBeLessThan(known + 0.1);
      expect(Math.min(...scores.slice(0, 8))).toBeLessThan(shipped);
    },
  );
});

describe('strategy elbo', () => {
  // The design's values, with its terminal level scanned: 3.19 and 1.85 dB. CMA-ES needs 1,000 trials, 6,000 evaluations, for 3.15 at 6 steps.
  it.each([
    [6, 150, 3.19],
    [6, 300, 3.19],
    [12, 300, 1.85],
  ])('comes to the known best of the bound at %i steps in %i evaluations', async (steps, budget, known) => {
    const { best, nfe } = await runOnOracle({ steps, budget });
    expect(best).toBeLessThan(known + 0.05);
    expect(nfe).toBeLessThanOrEqual(budget);
  });

  it('beats every baseline it starts from, for few steps and many', async () => {
    for (const steps of [2, 3, 4, 6, 12, 25]) {
      const baselines = await baselinesFor(steps);
      const { trials, best } = await runOnOracle({ steps, budget: 500 }, { baselines });
      expect(trials.slice(0, baselines.length).map(({ origin }) => origin)).toEqual(baselines.map(({ name }) => name));
      expect(trials.slice(baselines.length).every(({ origin }) => origin === 'elbo')).toBe(true);
      expect(best).toBeLessThan(Math.min(...baselines.map(({ betas }) => oracleScore(betas))));
    }
  });

  it('is the same every time, and with more budget begins as with less', async () => {
    const [once, again, longer] = await Promise.all([200, 200, 400].map((budget) => runOnOracle({ steps: 6, budget })));
    expect(again!.trials).toEqual(once!.trials);
    expect(longer!.trials.slice(0, once!.trials.length)).toEqual(once!.trials);
    expect(longer!.trials.length).toBeGreaterThan(once!.trials.length);
  });

  it('keeps every level within the range', async () => {
    const { trials } = await runOnOracle({ steps: 4, budget: 300 }, { range: [0.01, 0.5] });
    expect(trials.length).toBeGreaterThan(20);
    for (const { betas } of trials) {
      const { sigmas } = NoiseSchedule.fromBetas(betas);
      expect(sigmas[0]!).toBeGreaterThan(0.01 * (1 - 1e-9));
      expect(sigmas.at(-1)!).toBeLessThan(0.5 * (1 + 1e-9));
    }
  });

  it('ends by itself once nothing is left to try', async () => {
    const { trials, isSpent } = await runOnOracle({ steps: 1, budget: 1e6 });
    expect(isSpent).toBe(false);
    // One step has no δ²: its noisiest level is all, and no two of the 120 are near.
    expect(trials).toHaveLength(120);
  });

  it('goes on past schedules that fail', async () => {
    const fails = (betas: readonly number[]) => betas.reduce((sum, beta) => sum - Math.log1p(-beta), 0) < 0.3;
    const score = (betas: readonly number[]) => (fails(betas) ? Number.NaN : oracleScore(betas));
    const { trials, best } = await runOnOracle({ steps: 6, budget: 400, score });
    expect(trials.some(({ state }) => state === 'failed')).toBe(true);
    const others = boundSchedules(await measured(), 6).filter(
      (sigmas) => !fails(NoiseSchedule.fromSigmas(sigmas).betas),
    );
    expect(best).toBeLessThanOrEqual(Math.min(...others.map(scoreOf)));
  });

  it('tries nothing but the baselines where the network fails at every level', async () => {
    const { context, trials } = oracleContext({ steps: 6, budget: 1000 });
    const cleanErrors = async (sigmas: readonly number[]) => sigmas.map(() => Number.NaN);
    const baselines = await baselinesFor(6);
    await elbo({ steps: 6, seed: 0, baselines }).run({ ...context, cleanErrors });
    expect(trials).toHaveLength(baselines.length);
  });

  it.each([
    [0, 1],
    [1, Number.POSITIVE_INFINITY],
  ])('refuses the range %f to %f', (lo, hi) => {
    expect(() => elbo({ steps: 6, seed: 0, range: [lo, hi], baselines: [] })).toThrow(
      `elbo: the range must be two rising positive sigmas, got [${lo}, ${hi}]`,
    );
  });
});
