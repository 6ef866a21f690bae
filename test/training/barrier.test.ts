import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Pool } from '../../src/pool/pool.ts';
import { createThreadPool } from '../../src/pool/threads.ts';
import { BARRIER_WORDS, createBarrier } from '../../src/training/barrier.ts';
import type { BarrierSettings } from './barrier-worker.ts';

const THREADS = 3;
const FAILED = 'another worker of this training has failed';
const shared = (length: number) => new Int32Array(new SharedArrayBuffer(4 * length));

describe('three threads', () => {
  let words: Int32Array;
  let rounds: Int32Array;
  let pool: Pool<{ thread: number; meetings: number }, number>;

  beforeEach(() => {
    words = shared(BARRIER_WORDS);
    rounds = shared(THREADS);
    const settings: BarrierSettings = { words, rounds };
    pool = createThreadPool(new URL('./barrier-worker.ts', import.meta.url), THREADS, settings);
  });

  afterEach(() => pool.close());

  const start = (threads: number, meetings: number) =>
    Array.from({ length: threads }, (_, thread) => pool.run({ thread, meetings }));

  test('no thread goes on before all are there, and each sees what the others wrote', async () => {
    expect(await Promise.all(start(THREADS, 5000))).toEqual([0, 0, 0]);
    expect([...rounds]).toEqual([5000, 5000, 5000]);
  });

  test('once broken it lets those fail who wait and those who come', async () => {
    const waiting = start(THREADS - 1, 1).map((result) => result.catch((error: Error) => error.message));
    while (rounds[0] === 0 || rounds[1] === 0) await new Promise(setImmediate);
    const barrier = createBarrier(words, THREADS);
    expect(barrier.isBroken()).toBe(false);
    barrier.break();
    expect(await Promise.all(waiting)).toEqual([FAILED, FAILED]);
    expect(barrier.isBroken()).toBe(true);
    // This one is the last of three, which would have let them go on.
    expect(() => barrier.wait()).toThrow(FAILED);
  });
});

test('a thread that is alone never waits', () => {
  const alone = createBarrier(shared(BARRIER_WORDS), 1);
  for (let i = 0; i < 3; i++) alone.wait();
  alone.break();
  expect(() => alone.wait()).toThrow(FAILED);
});

test('meetings are counted beyond 2^31', () => {
  const generation = 1;
  const words = shared(BARRIER_WORDS);
  words[generation] = 2 ** 31 - 1;
  const alone = createBarrier(words, 1);
  alone.wait();
  alone.wait();
  expect(words[generation]).toBe(-(2 ** 31) + 1);
});
