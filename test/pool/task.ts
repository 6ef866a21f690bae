/** What the pools of these tests are asked to do. */
export type Task =
  | { readonly kind: 'echo'; readonly value: number }
  | { readonly kind: 'throw'; readonly message: string }
  /** Ends the thread that has it. */
  | { readonly kind: 'exit' }
  /** Fills the heap until its thread is ended. */
  | { readonly kind: 'allocate' }
  /** Ends once the pool is cancelled, with the number of times it looked. */
  | { readonly kind: 'until-cancelled' }
  /** Ends once that many tasks of this kind run at once. */
  | { readonly kind: 'meet'; readonly count: number };

/** Two Int32: how many tasks have met, and how many have ended. */
export type Counters = SharedArrayBuffer;

const MET = 0;
export const ENDED = 1;

/** Longer than any test may take: a wait that ends by it fails its test. */
const PATIENCE_MS = 30_000;

export async function perform(task: Task, isCancelled: () => boolean, counters: Counters): Promise<number> {
  const counts = new Int32Array(counters);
  const result = await answer(task, isCancelled, counts);
  Atomics.add(counts, ENDED, 1);
  return result;
}

async function answer(task: Task, isCancelled: () => boolean, counts: Int32Array): Promise<number> {
  if (task.kind === 'throw') throw new Error(task.message);
  if (task.kind === 'exit') process.exit(3);
  if (task.kind === 'allocate') return allocate();
  if (task.kind === 'echo') return task.value;
  if (task.kind === 'until-cancelled') {
    let looks = 1;
    for (; !isCancelled(); looks++) await new Promise(setImmediate);
    return looks;
  }
  Atomics.add(counts, MET, 1);
  Atomics.notify(counts, MET);
  for (let met = Atomics.load(counts, MET); met < task.count; met = Atomics.load(counts, MET)) {
    if (Atomics.wait(counts, MET, met, PATIENCE_MS) === 'timed-out') throw new Error(`only ${met} tasks ran at once`);
  }
  return task.count;
}

function allocate(): number {
  const kept: number[][] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, i) => i + kept.length));
}
