import { availableParallelism } from 'node:os';

/** Threads for so many jobs. More than there are cores would only share them out: each would take longer over its trial; that is said. */
export function threadsFor(jobs: number, say: (text: string) => void): number {
  const threads = Math.min(jobs, availableParallelism());
  if (threads < jobs) say(`${jobs} jobs were asked for; this machine runs ${threads} at once. The result is the same.`);
  return threads;
}
