import { setFlagsFromString } from 'node:v8';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import type { Pool } from '../../src/pool/pool.ts';
import { createThreadPool } from '../../src/pool/threads.ts';
import { type Counters, ENDED, perform, type Task } from './task.ts';

const workerEntry = new URL('./worker.ts', import.meta.url);

const POOLS: Readonly<Record<string, (counters: Counters) => Pool<Task, number>>> = {
  'in-process': (counters) => createInProcessPool((task, isCancelled) => perform(task, isCancelled, counters)),
  'one thread': (counters) => createThreadPool(workerEntry, 1, counters),
  'three threads': (counters) => createThreadPool(workerEntry, 3, counters),
};

describe.each(Object.entries(POOLS))('a pool %s', (name, create) => {
  let counters: Counters;
  let pool: Pool<Task, number>;

  beforeEach(() => {
    counters = new SharedArrayBuffer(8);
    pool = create(counters);
  });

  afterEach(() => pool.close());

  const ended = () => Atomics.load(new Int32Array(counters), ENDED);

  test('says how many tasks run at once', () => {
    expect(pool.workers).toBe(name === 'three threads' ? 3 : 1);
  });

  test('runs as many tasks at once as it says', async () => {
    const tasks = Array.from({ length: pool.workers }, () => pool.run({ kind: 'meet', count: pool.workers }));
    expect(await Promise.all(tasks)).toEqual(tasks.map(() => pool.workers));
  });

  test('gives each task its own result, however many wait', async () => {
    const values = Array.from({ length: 20 }, (_, value) => value);
    expect(await Promise.all(values.map((value) => pool.run({ kind: 'echo', value })))).toEqual(values);
  });

  test('rejects with the message of what a task throws, and goes on', async () => {
    const thrown = pool.run({ kind: 'throw', message: 'clip 3 is silent' });
    const after = pool.run({ kind: 'echo', value: 5 });
    await expect(thrown).rejects.toThrow(/^clip 3 is silent$/);
    await expect(thrown).rejects.toBeInstanceOf(Error);
    expect(await after).toBe(5);
  });

  test('shows running and waiting tasks that it is cancelled', async () => {
    const tasks = Array.from({ length: pool.workers + 1 }, () => pool.run({ kind: 'until-cancelled' }));
    await new Promise(setImmediate);
    expect(ended()).toBe(0);
    pool.cancel();
    expect(await Promise.all(tasks)).toHaveLength(tasks.length);
    expect(await pool.run({ kind: 'until-cancelled' })).toBe(1);
  });

  test('has no task left when it is closed', async () => {
    const tasks = Array.from({ length: 5 }, (_, value) => pool.run({ kind: 'echo', value }));
    const failing = expect(pool.run({ kind: 'throw', message: 'late' })).rejects.toThrow('late');
    await pool.close();
    expect(ended()).toBe(5);
    expect(await Promise.all(tasks)).toEqual([0, 1, 2, 3, 4]);
    await failing;
  });

  test('closes while nothing runs, and twice', async () => {
    await pool.run({ kind: 'echo', value: 1 });
    await pool.close();
    await pool.close();
  });
});

test('a thread whose module does not load rejects its tasks, naming it', async () => {
  const pool = createThreadPool<null, Task, number>(new URL('./no-such-worker.ts', import.meta.url), 1, null);
  await expect(pool.run({ kind: 'echo', value: 1 })).rejects.toThrow(/no-such-worker/);
  await pool.close();
});

describe.each([1, 3])('a pool of %i threads', (threads) => {
  const counters = new SharedArrayBuffer(8);
  let pool: Pool<Task, number>;

  beforeEach(() => {
    // Threads that start from here on have so small a heap.
    setFlagsFromString('--max-old-space-size=64');
    pool = createThreadPool(workerEntry, threads, counters);
  });

  afterEach(async () => {
    setFlagsFromString('--max-old-space-size=0');
    await pool.close();
  });

  test.each<[string, Task, RegExp]>([
    ['ends', { kind: 'exit' }, /exit/],
    ['outgrows its heap', { kind: 'allocate' }, /memory limit/],
    ['throws', { kind: 'throw', message: 'no such clip' }, /no such clip/],
  ])('replaces a thread that %s, and does all other tasks', async (_, task, message) => {
    for (let round = 0; round < 3; round++) {
      const before = Array.from({ length: 5 }, (_, value) => pool.run({ kind: 'echo', value }));
      const failing = expect(pool.run(task)).rejects.toThrow(message);
      const after = Array.from({ length: 5 }, (_, value) => pool.run({ kind: 'echo', value }));
      await failing;
      expect(await Promise.all([...before, ...after])).toEqual([0, 1, 2, 3, 4, 0, 1, 2, 3, 4]);
    }
    // As many at once as before.
    const meeting = Array.from({ length: threads }, () => pool.run({ kind: 'meet', count: threads }));
    expect(await Promise.all(meeting)).toEqual(meeting.map(() => threads));
    new Int32Array(counters).fill(0);
  });
});
