import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { halfScores } from '../../src/search/half-difference.ts';
import { openSearchPool } from '../../src/search/plan.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import type { WorkerSettings } from '../../src/search/worker.ts';
import { relativeDistance } from '../graph/distance.ts';
import { tinyCheckpoint, tinyConfig } from '../model/tiny.ts';
import { clips, distancesOf, plainEvaluator, tasks } from './row-problem.ts';

const HOP = 300;

/** As on another device, on which the CPU takes its place. */
const worker: WorkerSettings = {
  checkpointPath: tinyCheckpoint,
  configPath: tinyConfig,
  engine: 'onnxruntime',
  device: 'cpu',
  rowsPerCall: 4,
  half: true,
  frames: clips.scoring[0]!.length / HOP,
  clips,
  clipsPerCall: 1,
  seed: 3,
  clamp: 'x0',
  precision: 'float64',
};

describe('a worker on a device', () => {
  let pool: EvaluationPool;
  let secondsPerNfe: number;
  beforeAll(async () => {
    ({ pool, secondsPerNfe } = await openSearchPool({ worker: { ...worker, half: false } }, 1));
  });
  afterAll(() => pool.close());

  test('times the network', () => {
    expect(secondsPerNfe).toBeGreaterThan(0);
  });

  test('scores schedules together', async () => {
    const { evaluator, dispose } = await plainEvaluator();
    const answer = await pool.run({ kind: 'jobs', jobs: tasks });
    const results = answer.kind === 'jobs' ? answer.results : [];
    expect(results).toHaveLength(tasks.length);
    for (const [i, result] of results.entries()) {
      const expected = distancesOf(await evaluator.evaluate(tasks[i]!));
      expect(relativeDistance(distancesOf(result.kind === 'evaluation' ? result : undefined), expected)).toBeLessThan(
        1e-5,
      );
    }
    await dispose();
  });

  test('asks for gradients and errors, too', async () => {
    const { betas } = tasks[0]!;
    const jobs = [
      { kind: 'clean-error', sigma: 0.3 },
      { kind: 'score-gradient', betas, replicate: 0 },
    ] as const;
    const all = await pool.run({ kind: 'jobs', jobs });
    const errors = await pool.run({ kind: 'jobs', jobs: jobs.slice(0, 1) });
    if (all.kind !== 'jobs' || errors.kind !== 'jobs') throw new Error('jobs were expected');
    expect(all.results.map(({ kind }) => kind)).toEqual(['clean-error', 'score-gradient']);
    const [one, other] = [all.results[0], errors.results[0]];
    if (one?.kind !== 'clean-error' || other?.kind !== 'clean-error') throw new Error('errors were expected');
    expect(relativeDistance(other.errors, one.errors)).toBeLessThan(1e-4);
  });
});

test('in half precision a worker says what a schedule scores in float32, too', async () => {
  const [{ betas, metrics }] = tasks as [(typeof tasks)[0]];
  const { pool } = await openSearchPool({ worker }, 1);
  const scores = await halfScores(pool, metrics[0]!, betas);
  await pool.close();
  const { evaluator, dispose } = await plainEvaluator();
  const byClip = distancesOf(await evaluator.evaluate(tasks[0]!));
  await dispose();
  const mean = byClip.reduce((sum, distance) => sum + distance, 0) / byClip.length;
  expect(scores!.whole).toBeCloseTo(mean, 5);
  // Of float16, 11 bits of mantissa.
  expect(Math.abs(scores!.half / mean - 1)).toBeLessThan(20 * 2 ** -11);
  expect(scores!.half).not.toBe(scores!.whole);
});
