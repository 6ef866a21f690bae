import type { Pool } from '../pool/pool.ts';
import { createThreadPool } from '../pool/threads.ts';
import { workerEntry } from '../pool/worker-entry.ts';
import type { InferenceResult, InferenceTask, WorkerSettings } from './worker.ts';

/** Workers that make speech, and how far they are. */
export interface InferencePool extends Pool<InferenceTask, InferenceResult> {
  /** Evaluations of the network that all of them have made. */
  calls(): number;
}

/** Starts so many workers, each of which loads the network when its first file comes. */
export function createInferencePool(settings: Omit<WorkerSettings, 'calls'>, workers: number): InferencePool {
  const calls = new SharedArrayBuffer(4);
  const pool = createThreadPool<WorkerSettings, InferenceTask, InferenceResult>(
    workerEntry('worker', import.meta.url),
    workers,
    { ...settings, calls },
  );
  return { ...pool, calls: () => Atomics.load(new Int32Array(calls), 0) };
}
