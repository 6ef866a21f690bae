import { describe, expect, test } from 'vitest';
import { METRIC_NAMES } from '../../src/audio/distances/index.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import { fibonacci } from '../../src/schedule/generators/fibonacci.ts';
import { karras } from '../../src/schedule/generators/karras.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { comparisonNfe, hearAll } from '../../src/search/compare.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import type { WorkerResult, WorkerTask } from '../../src/search/worker.ts';
import { oracleScore } from '../schedule/oracle.ts';
import { oraclePool } from './fake-study.ts';

const SIX = karras(1.2e-3, 0.7, 6);
/** As SIX, but for the least noisy level. */
const NEAR = NoiseSchedule.fromSigmas([1e-3, ...SIX.sigmas.slice(1)]);
const TWELVE = fibonacci(1e-6, 9e-6, 12);
const SCHEDULES = [SIX.betas, TWELVE.betas, NEAR.betas];
const OPTIONS = { schedules: SCHEDULES, precision: 'float64', replicates: 3, samples: 1000 } as const;

describe('hearAll', () => {
  test('means every metric over the draws of noise, clip by clip, in the order of the schedules', async () => {
    // The first replicate is as the oracle has it, and each later one 1 dB worse.
    const pool = oraclePool(
      () => {},
      ({ replicate }, distances) => distances.map((distance) => distance + replicate),
    );
    const heard = await hearAll({ ...OPTIONS, pool });
    expect(heard).toHaveLength(3);
    for (const [i, betas] of SCHEDULES.entries()) {
      for (const metric of METRIC_NAMES) {
        const [first, second] = heard![i]!.byClip[metric] as [number, number];
        expect(first).toBeCloseTo(oracleScore(betas) - 0.1 + 1, 10);
        expect(second).toBeCloseTo(oracleScore(betas) + 0.1 + 1, 10);
      }
    }
  });

  test('asks for the same draws for each, those of a verification, on the clips that judge', async () => {
    const asked: EvaluationTask[] = [];
    await hearAll({ ...OPTIONS, pool: oraclePool((job) => job.kind === 'evaluation' && asked.push(job)) });
    expect(asked).toHaveLength(9);
    for (const betas of SCHEDULES) {
      const own = asked.filter((job) => job.betas === betas);
      expect(own.map(({ replicate }) => replicate)).toEqual([0, 1, 2]);
    }
    expect(new Set(asked.map(({ set, purpose }) => `${set} ${purpose}`))).toEqual(new Set(['heldout verification']));
  });

  test('charges what schedules share once, and does them one after another', async () => {
    const asked: (readonly number[])[] = [];
    const pool = oraclePool((job) => job.kind === 'evaluation' && asked.push(job.betas));
    const progress: number[] = [];
    const heard = await hearAll({ ...OPTIONS, replicates: 1, pool, onProgress: (nfe) => progress.push(nfe) });
    // Of NEAR only the last of six levels is another.
    expect(heard!.map(({ nfe }) => nfe)).toEqual([6, 12, 1]);
    expect(comparisonNfe({ ...OPTIONS, replicates: 1 })).toBe(19);
    expect(comparisonNfe(OPTIONS)).toBe(57);
    expect(progress.at(-1)).toBe(19);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(Math.abs(asked.indexOf(SIX.betas) - asked.indexOf(NEAR.betas))).toBe(1);
  });

  test('gives nothing where it was cancelled', async () => {
    const pool = oraclePool(() => pool.cancel());
    expect(await hearAll({ ...OPTIONS, pool })).toBeUndefined();
  });

  test('ends with what a worker says of the model, and asks for no more', async () => {
    let tasks = 0;
    const pool: EvaluationPool = createInProcessPool(async (_: WorkerTask, isCancelled): Promise<WorkerResult> => {
      if (isCancelled()) return { kind: 'jobs', results: [], worker: 0 };
      tasks++;
      return { kind: 'bad-input', message: 'a.pt: no model' };
    });
    await expect(hearAll({ ...OPTIONS, pool })).rejects.toThrow(new InputError('a.pt: no model'));
    expect(tasks).toBe(1);
  });

  test('keeps what is not a number', async () => {
    const pool = oraclePool(
      () => {},
      ({ betas }, distances) => (betas === TWELVE.betas ? distances.map(() => Number.NaN) : distances),
    );
    const heard = await hearAll({ ...OPTIONS, pool });
    expect(heard!.map(({ byClip }) => byClip['log-mel-l1'].every(Number.isFinite))).toEqual([true, false, true]);
  });
});
