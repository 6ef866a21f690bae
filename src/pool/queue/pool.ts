import { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { InputError } from '../../formats/input-error.ts';
import type { Pool } from '../pool.ts';
import type { QueueConnection } from './connection.ts';
import { every } from './every.ts';
import { queueKeys, runName } from './keys.ts';
import { type Announcement, readRegistration } from './messages.ts';
import { createOpenTasks, KEPT_MS, type QueueCodec } from './open-tasks.ts';
import { holdPrefix } from './prefix-holder.ts';
import { isConnectionError, lineOf, once } from './remarks.ts';

/** A pool of workers on any machines. */
export interface QueuePool<Task, Result> extends Pool<Task, Result> {
  /** How many tasks each worker that is there does at once. */
  readonly slots: readonly number[];
}

export interface QueuePoolOptions<Task, Result> extends QueueCodec<Task, Result> {
  readonly connection: QueueConnection;
  readonly prefix: string;
  readonly announcement: Announcement;
  /** What a task comes to that is cancelled before a worker has done it. */
  readonly cancelled: Result;
  /** Sees to it that what workers need is still in Redis; called now and then. */
  readonly keep?: () => Promise<void>;
  readonly say: (text: string) => void;
}

const RENEW_EVERY_MS = 4_000;
const KEEP_EVERY_MS = 20_000;
const COUNT_EVERY_MS = 1_000;
const RECONCILE_EVERY_MS = 4_000;

/** Results that are read at a time. */
const READ_AT_ONCE = 200;

/** That a run has ended is known for so long. */
const END_KEPT_MS = 3600 * 1000;

/**
 * Puts tasks into a queue for workers that are there or come later, and takes their results from a stream, each once, in any order. A task that is neither in
 * the queue nor done is put into it again: so nothing is lost by what Redis or a worker forgets.
 *
 * @throws {InputError} if another search has the prefix
 */
export async function createQueuePool<Task, Result>(
  options: QueuePoolOptions<Task, Result>,
): Promise<QueuePool<Task, Result>> {
  const { connection, prefix, announcement, cancelled, keep, say } = options;
  const { redis } = connection;
  const { run } = announcement;
  const keys = queueKeys(prefix);
  const results = keys.results(run);
  const held = await holdPrefix(redis, prefix, announcement, say);
  const queue = new Queue(runName(run), { connection: redis, prefix, skipVersionCheck: true });
  queue.on('error', () => {});
  const tasks = createOpenTasks({ ...options, queue, redis });
  const remark = once(say);
  const goOn = (error: Error) => {
    if (!isConnectionError(error)) remark(`The queue: ${lineOf(error)}.`);
  };
  let isCancelled = false;
  let failure: Error | undefined;
  let slots: readonly number[] = [];
  let keptAt = performance.now();

  /** Workers write to a stream that is there, so that nothing of a run that has ended stays. */
  async function openResults(): Promise<void> {
    if ((await redis.exists(results)) === 0) await redis.xadd(results, '*', '', '');
    // By this one, which lives for seconds, workers agree who looks for tasks of dead workers.
    const { 'stalled-check': _, ...lasting } = queue.keys;
    await Promise.all([results, ...Object.values(lasting)].map((key) => redis.pexpire(key, KEPT_MS)));
  }

  async function renew(): Promise<void> {
    await held.renew();
    if (performance.now() - keptAt < KEEP_EVERY_MS) return;
    await openResults();
    await keep?.();
    keptAt = performance.now();
  }

  function lose(error: Error): void {
    if (error instanceof InputError) {
      failure ??= error;
      tasks.rejectAll(error);
    } else goOn(error);
  }

  const reader = connection.another();
  async function readResults(): Promise<void> {
    const answer = await reader.xread('COUNT', READ_AT_ONCE, 'BLOCK', 2_000, 'STREAMS', results, '0');
    const entries = answer?.[0]?.[1] ?? [];
    for (const [, [job, text]] of entries) if (job) tasks.take(job, text ?? '');
    if (entries.length > 0) await redis.xdel(results, ...entries.map(([entry]) => entry));
  }

  /** Tells the workers that nothing more is wanted of this run. */
  async function announceEnd(): Promise<void> {
    await redis.set(keys.ended(run), '1', 'PX', END_KEPT_MS);
  }

  await openResults();
  const loops = [
    every(0, readResults, () => {}),
    every(
      COUNT_EVERY_MS,
      async () => {
        slots = await countSlots(redis, prefix, run, remark);
      },
      goOn,
    ),
    every(RECONCILE_EVERY_MS, () => tasks.reconcile(), goOn),
    every(RENEW_EVERY_MS, renew, lose),
  ];

  let closing: Promise<void> | undefined;
  const unfinished = new Set<Promise<unknown>>();
  async function close(): Promise<void> {
    while (unfinished.size > 0) await Promise.allSettled(unfinished);
    const cleaned = (async () => {
      await announceEnd();
      await queue.obliterate({ force: true });
      await redis.del(results, ...Object.values(queue.keys));
      await held.release();
    })().catch(() => {});
    // Where Redis is lost, what is in it expires.
    await Promise.race([cleaned, new Promise((resolve) => setTimeout(resolve, 3_000).unref())]);
    reader.disconnect();
    const stopped = Promise.all(loops.map((loop) => loop.stop()));
    await Promise.race([stopped, new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
    await queue.close().catch(() => {});
  }

  return {
    get workers() {
      return Math.max(
        1,
        slots.reduce((sum, count) => sum + count, 0),
      );
    },
    get slots() {
      return slots;
    },
    run(task) {
      if (failure !== undefined) return Promise.reject(failure);
      if (isCancelled) return Promise.resolve(cancelled);
      const result = tasks.run(task);
      unfinished.add(result);
      const finish = () => unfinished.delete(result);
      result.then(finish, finish);
      return result;
    },
    cancel() {
      isCancelled = true;
      tasks.resolveAll(cancelled);
      void announceEnd().catch(() => {});
    },
    close() {
      closing ??= close();
      return closing;
    },
  };
}

/** How many tasks each worker of a run does at once, of those that have given a sign of life lately. */
async function countSlots(
  redis: Redis,
  prefix: string,
  run: string,
  remark: (text: string) => void,
): Promise<number[]> {
  const keys = queueKeys(prefix);
  const names = await redis.smembers(keys.workers);
  if (names.length === 0) return [];
  const texts = await redis.mget(names.map(keys.worker));
  const gone = names.filter((_, i) => texts[i] === null);
  if (gone.length > 0) await redis.srem(keys.workers, ...gone);
  return texts.flatMap((text) => {
    if (text === null || text === undefined) return [];
    try {
      const registration = readRegistration(text, 'what a worker says of itself in the queue');
      return registration.run === run ? [registration.slots] : [];
    } catch (error) {
      remark(`${(error as Error).message}; it is not counted.`);
      return [];
    }
  });
}
