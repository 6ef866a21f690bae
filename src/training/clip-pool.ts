import { createThreadPool } from '../pool/threads.ts';

export interface FileWork<Task, Result> {
  /** The module that each thread is started from. */
  readonly entry: URL;
  /** Threads. */
  readonly jobs: number;
  /** What to do with a file, asked for when a thread is free. */
  readonly task: (path: string) => Task;
  /** Where it gives true, no further file is begun. */
  readonly take: (path: string, result: Result) => boolean;
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at before each file. */
  readonly isCancelled?: () => boolean;
}

/**
 * Works on files in threads, as many at once as there are threads: so a task can go by what came of the files before.
 *
 * @returns false where it was cancelled
 */
export async function workOnFiles<Task, Result>(
  paths: readonly string[],
  { entry, jobs, task, take, onProgress, isCancelled }: FileWork<Task, Result>,
): Promise<boolean> {
  if (paths.length === 0) return true;
  const pool = createThreadPool<null, Task, Result>(entry, Math.min(jobs, paths.length), null);
  const waiting = paths.values();
  let done = 0;
  let ended = false;
  let cancelled = false;

  async function workOn(): Promise<void> {
    for (const path of waiting) {
      cancelled ||= isCancelled?.() === true;
      if (cancelled || ended) return;
      try {
        if (take(path, await pool.run(task(path)))) ended = true;
      } catch (error) {
        ended = true;
        throw error;
      }
      onProgress?.(++done, paths.length);
    }
  }

  try {
    await Promise.all(Array.from({ length: pool.workers }, workOn));
  } finally {
    await pool.close();
  }
  return !cancelled;
}
