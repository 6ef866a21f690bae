import { workerData } from 'node:worker_threads';
import type { ThreadData } from '../pool/threads.ts';
import { type Feed, type FeederOptions, feed } from './feeder.ts';

const { settings } = workerData as ThreadData<FeederOptions>;

/** The entry of every worker that makes batches. */
export default function work(which: Feed): Promise<void> {
  return feed(settings, which);
}
