import type { Pool } from './pool.ts';

/** Runs tasks in this thread, one after another: for tests, and where threads are not wanted. */
export function createInProcessPool<Task, Result>(
  work: (task: Task, isCancelled: () => boolean) => Promise<Result>,
): Pool<Task, Result> {
  let cancelled = false;
  let last: Promise<unknown> = Promise.resolve();
  return {
    workers: 1,
    run(task) {
      const result = last.then(() => work(task, () => cancelled));
      last = result.catch(() => undefined);
      return result;
    },
    cancel() {
      cancelled = true;
    },
    async close() {
      await last;
    },
  };
}
