import { availableParallelism } from 'node:os';
import type { EngineName } from '../engine/engine.ts';

/**
 * Threads for so many jobs, by default one for each core. More than there are cores would only share them out: each would take longer over its
 * trial; that is said. TensorFlow.js gets one, which takes all cores or the GPU by itself: its packages keep names of attributes for all threads
 * of a process together, unguarded.
 */
export function threadsFor(jobs: number | undefined, engine: EngineName, say: (text: string) => void): number {
  if (engine === 'tensorflow') {
    if (jobs !== undefined && jobs > 1)
      say(`${jobs} jobs were asked for; TensorFlow.js runs one, on all cores or the GPU.`);
    return 1;
  }
  if (jobs === undefined) return availableParallelism();
  const threads = Math.min(jobs, availableParallelism());
  if (threads < jobs) say(`${jobs} jobs were asked for; this machine runs ${threads} at once. The result is the same.`);
  return threads;
}
