import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { Pool } from './pool.ts';

/** What each thread finds as its workerData. */
export interface ThreadData<Settings> {
  readonly settings: Settings;
  /** One Int32, not zero once the pool's work should end; looked at between steps. */
  readonly cancelled: SharedArrayBuffer;
}

/**
 * Runs tasks on that many threads, each started from the module at `entry` with `settings` as its workerData.
 * A thread is never ended while it works: a native call that is cut off aborts the whole process.
 */
export function createThreadPool<Settings, Task, Result>(
  entry: URL,
  threads: number,
  settings: Settings,
): Pool<Task, Result> {
  const cancelled = new SharedArrayBuffer(4);
  const workerData: ThreadData<Settings> = { settings, cancelled };
  const pool = new Piscina({
    filename: fileURLToPath(entry),
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    // Not with Node's default of 30 s: a worker that waits for its next task is meant to stay.
    idleTimeout: Number.POSITIVE_INFINITY,
    closeTimeout: CLOSE_TIMEOUT_MS,
    workerData,
    // Tests run the workers from source.
    execArgv: entry.pathname.endsWith('.ts') ? ['--import', 'tsx'] : [],
  });
  return {
    workers: threads,
    run: (task) => pool.run(task) as Promise<Result>,
    cancel: () => Atomics.store(new Int32Array(cancelled), 0, 1),
    close: () => pool.close(),
  };
}

/** A step of a large network on a slow machine; after it threads would be ended while they work. */
const CLOSE_TIMEOUT_MS = 600_000;
