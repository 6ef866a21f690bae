import { workerData } from 'node:worker_threads';
import type { ThreadData } from '../../src/pool/threads.ts';
import { type Counters, perform, type Task } from './task.ts';

const { settings, cancelled } = workerData as ThreadData<Counters>;
const cancelFlag = new Int32Array(cancelled);

export default function work(task: Task): Promise<number> {
  return perform(task, () => Atomics.load(cancelFlag, 0) !== 0, settings);
}
