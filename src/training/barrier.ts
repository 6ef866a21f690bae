/** Words of a control array that a barrier takes, from its first on. */
export const BARRIER_WORDS = 3;

const ARRIVED = 0;
const GENERATION = 1;
const BROKEN = 2;

export interface Barrier {
  /** Waits for all others. Throws an Error where a thread has broken the barrier, since it will not come. */
  wait(): void;
  /** Lets every thread that waits, now or later, fail. */
  break(): void;
  isBroken(): boolean;
}

/**
 * Where threads wait for each other: `wait` returns in all of them once all have called it. What one wrote to shared memory
 * before is seen by the others after.
 *
 * @param words shared by the threads, at first zero
 * @param threads how many meet
 */
export function createBarrier(words: Int32Array, threads: number): Barrier {
  return {
    wait() {
      const generation = Atomics.load(words, GENERATION);
      if (Atomics.add(words, ARRIVED, 1) + 1 === threads) {
        Atomics.store(words, ARRIVED, 0);
        Atomics.add(words, GENERATION, 1);
        Atomics.notify(words, GENERATION);
      } else {
        while (Atomics.load(words, GENERATION) === generation && Atomics.load(words, BROKEN) === 0) {
          Atomics.wait(words, GENERATION, generation);
        }
      }
      if (Atomics.load(words, BROKEN) !== 0) throw new Error('another worker of this training has failed');
    },
    break() {
      Atomics.store(words, BROKEN, 1);
      Atomics.add(words, GENERATION, 1);
      Atomics.notify(words, GENERATION);
    },
    isBroken: () => Atomics.load(words, BROKEN) !== 0,
  };
}
