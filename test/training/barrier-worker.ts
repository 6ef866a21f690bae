import { workerData } from 'node:worker_threads';
import type { ThreadData } from '../../src/pool/threads.ts';
import { createBarrier } from '../../src/training/barrier.ts';

export interface BarrierSettings {
  readonly words: Int32Array;
  /** Of each thread, the last round that it began. */
  readonly rounds: Int32Array;
}

const { settings } = workerData as ThreadData<BarrierSettings>;
const { words, rounds } = settings;

/** Meets the other threads twice in each of `meetings` rounds; how many cells were not as all had written them. */
export default function work({ thread, meetings }: { thread: number; meetings: number }): number {
  const barrier = createBarrier(words, rounds.length);
  let wrong = 0;
  for (let round = 1; round <= meetings; round++) {
    // Not atomic: the barrier makes it seen.
    rounds[thread] = round;
    barrier.wait();
    for (const each of rounds) if (each !== round) wrong++;
    barrier.wait();
  }
  return wrong;
}
