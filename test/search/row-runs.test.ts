import { expect, test } from 'vitest';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { rowRuns } from '../../src/search/row-runs.ts';
import { createRunner } from '../../src/search/runner.ts';
import { openStudy } from '../../src/search/study.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const runs = Array.from({ length: 10 }, (_, i) => [2 * i, 2 * i + 1]);

test('runs are put together until their clips fill four calls', () => {
  const packed = rowRuns(runs, () => 3, 4);
  // Six evaluations of three clips are the first to fill 4 · 4 rows.
  expect(packed.map(({ length }) => length)).toEqual([6, 6, 6, 2]);
  expect(packed.flat()).toEqual(runs.flat());
  expect(rowRuns([], () => 3, 4)).toEqual([]);
});

test('runs stay as they are where each clip goes alone', () => {
  expect(rowRuns(runs, () => 3, undefined)).toEqual(runs);
});

test('a study on a device has many candidates in one run, and errors likewise', async () => {
  const changes = { device: 'webgpu', rowsPerCall: 3, arithmetic: 'float32' } as const;
  const study = await openStudy(await temporaryFolder(), settings(changes), {}, 0);
  const pool = oraclePool();
  const sizes: number[] = [];
  const runner = createRunner(
    study,
    {
      ...pool,
      run(task) {
        if (task.kind === 'jobs') sizes.push(task.jobs.length);
        return pool.run(task);
      },
    },
    () => false,
  );
  const about = { kind: 'evaluation', phase: 'search', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
  const sigmas = Array.from({ length: 8 }, (_, i) => 0.1 * (i + 1));
  const betas = sigmas.map((sigma) => NoiseSchedule.fromSigmas([sigma]).betas);
  const metrics = ['log-mel-l1'] as const;
  const heard = await Promise.all(
    runner.evaluate(betas.map((each) => ({ ...about, betas: each, metrics }))).map((entry) => Promise.resolve(entry)),
  );
  expect(heard.map((entry) => entry!.betas)).toEqual(betas);
  // Two clips each: six candidates fill twelve rows.
  expect(sizes).toEqual([6, 2]);
  const errors = await Promise.all(runner.cleanErrors(sigmas.map((sigma) => ({ kind: 'clean-error', sigma }))));
  expect(errors.map((entry) => entry!.sigma)).toEqual(sigmas);
  expect(sizes).toEqual([6, 2, 6, 2]);
  await runner.settle();
  await study.journal.close();
});
