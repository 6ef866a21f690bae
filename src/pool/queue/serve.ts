import { hostname } from 'node:os';
import { type Job, WaitingError, Worker } from 'bullmq';
import type { QueueConnection } from './connection.ts';
import { every } from './every.ts';
import { queueKeys, runName } from './keys.ts';
import type { Registration, Reply } from './messages.ts';
import { isConnectionError, lineOf, once } from './remarks.ts';

/** What a task came to; without the worker, who adds it. */
export type Answer = DistributedOmit<Reply, 'worker'>;

type DistributedOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

export interface ServeOptions {
  readonly connection: QueueConnection;
  readonly prefix: string;
  readonly run: string;
  /** Its own, among all workers. */
  readonly name: string;
  /** Tasks at once. */
  readonly slots: number;
  /** Does a task; undefined where it was left undone, and another worker is to have it. */
  readonly perform: (data: unknown) => Promise<Answer | undefined>;
  readonly say: (text: string) => void;
}

/** A worker at a run. */
export interface Serving {
  /** Resolves once the run has ended, or is no more announced. */
  readonly ended: Promise<void>;
  /** Takes no more tasks, and waits for those in hand. */
  stop(): Promise<void>;
}

const BEAT_EVERY_MS = 3_000;

/** A worker counts for so long after a sign of life. */
const COUNTED_MS = 10_000;

const LOOK_EVERY_MS = 1_000;

/** A run that is not announced for so long has lost its coordinator: one whose Redis was away announces it again sooner. */
const GIVEN_UP_MS = 12_000;

/** Does tasks of a run, until that ends. */
export function serveQueue({ connection, prefix, run, name, slots, perform, say }: ServeOptions): Serving {
  const { redis } = connection;
  const keys = queueKeys(prefix);
  const remark = once(say);
  const goOn = (error: Error) => {
    if (!isOver && !isConnectionError(error) && !isLostLock(error)) remark(`The queue: ${lineOf(error)}.`);
  };
  let isOver = false;
  let seenAt = performance.now();

  async function work(job: Job, token?: string): Promise<void> {
    const answer = await perform(job.data);
    if (answer === undefined) {
      if (!isOver) await job.moveToWait(token);
      throw new WaitingError();
    }
    const reply: Reply = { ...answer, worker: name };
    await redis.xadd(keys.results(run), 'NOMKSTREAM', '*', job.id ?? '', JSON.stringify(reply));
  }

  const worker = new Worker(runName(run), work, {
    connection: redis,
    prefix,
    skipVersionCheck: true,
    concurrency: slots,
    lockDuration: 10_000,
    stalledInterval: 3_000,
    // A task moves on when its worker dies; one that ends every worker is given up.
    maxStalledCount: 20,
    drainDelay: 2,
    runRetryDelay: 1_000,
  });
  worker.on('error', goOn);

  const registration: Registration = { run, host: hostname(), slots };
  const beat = every(
    BEAT_EVERY_MS,
    async () => {
      await redis
        .multi()
        .sadd(keys.workers, name)
        .pexpire(keys.workers, 24 * 3600 * 1000)
        .set(keys.worker(name), JSON.stringify(registration), 'PX', COUNTED_MS)
        .exec();
    },
    goOn,
  );
  let look: { stop(): Promise<void> };
  const ended = new Promise<void>((resolve) => {
    look = every(
      LOOK_EVERY_MS,
      async () => {
        const [study, end] = await redis.mget(keys.study, keys.ended(run));
        const now = performance.now();
        if (study?.includes(`"run":"${run}"`)) seenAt = now;
        const isGone = study === null ? now - seenAt > GIVEN_UP_MS : seenAt !== now;
        if (end === null && !isGone) return;
        isOver = true;
        resolve();
      },
      goOn,
    );
  });

  let stopped: Promise<void> | undefined;
  async function stop(): Promise<void> {
    void beat.stop();
    void look.stop();
    await worker.close(isOver);
    const gone = redis.multi().srem(keys.workers, name).del(keys.worker(name)).exec();
    await Promise.race([gone.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_000).unref())]);
  }
  return {
    ended,
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** Of a task that was given to another worker meanwhile. */
function isLostLock({ message }: Error): boolean {
  return /lock|could not renew|missing key for job|not in the active state/i.test(message);
}
