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
 * A thread that throws past its task, outgrows its heap or ends rejects its task alone, and another takes its place.
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
    workerData,
    // Tests run the workers from source.
    execArgv: entry.pathname.endsWith('.ts') ? ['--import', import.meta.resolve('tsx')] : [],
  });
  // A thread that ends while it has no task is replaced, and is no reason to end the process.
  pool.on('error', () => {});
  const unfinished = new Set<Promise<Result>>();
  return {
    workers: threads,
    run(task) {
      const result = pool.run(task) as Promise<Result>;
      unfinished.add(result);
      const finish = () => unfinished.delete(result);
      result.then(finish, finish);
      return result;
    },
    cancel: () => Atomics.store(new Int32Array(cancelled), 0, 1),
    async close() {
      // Piscina 5.3's own close() ends the other threads once as many tasks are done as there are threads.
      while (unfinished.size > 0) await Promise.allSettled(unfinished);
      await pool.close();
    },
  };
}
