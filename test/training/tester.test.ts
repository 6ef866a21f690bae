import { describe, expect, test } from 'vitest';
import type { Pool } from '../../src/pool/pool.ts';
import type { ReplicaResult, ReplicaTask } from '../../src/training/replica-worker.ts';
import { runTest } from '../../src/training/tester.ts';
import type { Generated } from '../../src/training/testing.ts';

/** What a recording's number makes of it: recording i has 10 · (i + 1) samples. */
function generated(clip: number): Generated {
  const samples = new Float32Array(10 * (clip + 1));
  const mels = { truth: samples, generated: samples };
  return { truth: samples, samples, waveformL1: clip, melL1: 2 * clip, mels, seconds: 0.5 * (clip + 1) };
}

/** A pool whose later tasks are done first. */
function backwards(workers: number, tasks: ReplicaTask[] = []): Pool<ReplicaTask, ReplicaResult> {
  return {
    workers,
    async run(task) {
      tasks.push(task);
      if (task.kind === 'span') throw new Error('no steps are made in a test');
      for (let wait = 20 - task.clip; wait > 0; wait--) await Promise.resolve();
      if (task.kind === 'generate') return { kind: 'generate', generated: generated(task.clip) };
      return { kind: 'validate', loss: { sum: 3 * task.clip, samples: 10 * (task.clip + 1) } };
    },
    cancel() {},
    close: async () => {},
  };
}

const options = { recordings: 4, generated: 2, sampleRate: 10, onProgress() {}, isCancelled: () => false };

describe('runTest', () => {
  test.each([1, 3, 20])('weighs each recording by its samples, with %d workers', async (workers) => {
    const tested = await runTest({ ...options, pool: backwards(workers) });
    expect(tested!.result).toEqual({
      // (0 + 3 + 6 + 9) / (10 + 20 + 30 + 40)
      validationLoss: 0.18,
      waveformL1: 0.5,
      melL1: 1,
      // 1.5 seconds for 30 samples at 10 Hz.
      realTimeFactor: 0.5,
    });
    expect(tested!.generated.map(({ samples }) => samples.length)).toEqual([10, 20]);
  });

  test('generates all where there are fewer than wanted, and none where none is', async () => {
    const all = await runTest({ ...options, generated: 9, pool: backwards(2) });
    expect(all!.generated).toHaveLength(4);
    const none = await runTest({ ...options, generated: 0, pool: backwards(2) });
    expect(none).toEqual({ result: { validationLoss: 0.18 }, generated: [] });
  });

  test('tells its progress, one by one', async () => {
    const told: string[] = [];
    const onProgress = (done: number, total: number) => void told.push(`${done}/${total}`);
    await runTest({ ...options, pool: backwards(2), onProgress });
    expect(told).toEqual(['1/6', '2/6', '3/6', '4/6', '5/6', '6/6']);
  });

  test('gives nothing where it is cancelled, and begins nothing more', async () => {
    const tasks: ReplicaTask[] = [];
    let asked = 0;
    const isCancelled = () => ++asked > 3;
    expect(await runTest({ ...options, pool: backwards(2, tasks), isCancelled })).toBeUndefined();
    expect(tasks).toHaveLength(3);
  });

  test('fails by what a worker throws', async () => {
    const pool = { ...backwards(2), run: () => Promise.reject(new Error('out of memory')) };
    await expect(runTest({ ...options, pool })).rejects.toThrow('out of memory');
  });
});
