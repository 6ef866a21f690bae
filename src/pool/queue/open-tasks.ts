import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { InputError } from '../../formats/input-error.ts';
import { readReply } from './messages.ts';
import { lineOf, once } from './remarks.ts';

/** What the tasks and results of a queue are. */
export interface QueueCodec<Task, Result> {
  /** Of a task, as JSON has it. */
  readonly encode: (task: Task) => unknown;
  /** Reads what a worker sent; an InputError, which begins with `where`, where it is no result of the task. */
  readonly decode: (result: unknown, task: Task, where: string) => Result;
  /** Whether results of a worker with this mark are taken. */
  readonly accepts: (mark: string) => boolean;
}

interface OpenTasksOptions<Task, Result> extends QueueCodec<Task, Result> {
  readonly queue: Queue;
  readonly redis: Redis;
  readonly say: (text: string) => void;
}

/** Tasks that have no result yet. */
export interface OpenTasks<Task, Result> {
  readonly size: number;
  run(task: Task): Promise<Result>;
  /** Takes what a worker said of a task; what is said twice counts once. */
  take(job: string, text: string): void;
  /** Puts tasks that the queue does not know any more into it again, which are those that Redis, or a lost reply, forgot. */
  reconcile(): Promise<void>;
  /** Gives all the same result. */
  resolveAll(result: Result): void;
  rejectAll(error: Error): void;
}

/** Keys of a task are gone so long after they were written. */
export const KEPT_MS = 24 * 3600 * 1000;

/** A task that was added, or looked for, less than so long ago is not looked for. */
const TRUSTED_MS = 8_000;

/** A task that was sent so often, and came back damaged or as a damaged result, is given up. */
const MOST_SENT_BACK = 5;

interface Open<Task, Result> {
  readonly task: Task;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
  /** How often it was put into the queue, by which its jobs are told apart. */
  sent: number;
  sentBack: number;
  lookAt: number;
  isMissing: boolean;
}

export function createOpenTasks<Task, Result>(options: OpenTasksOptions<Task, Result>): OpenTasks<Task, Result> {
  const { queue, redis, encode, decode, accepts } = options;
  const say = once(options.say);
  const open = new Map<string, Open<Task, Result>>();
  let begun = 0;

  async function send(id: string, task: Open<Task, Result>): Promise<void> {
    task.sent++;
    task.isMissing = false;
    task.lookAt = performance.now() + TRUSTED_MS;
    const jobId = `${id}-${task.sent}`;
    try {
      await queue.add('task', encode(task.task), { jobId, attempts: 1, removeOnComplete: true, removeOnFail: false });
      await redis.pexpire(queue.toKey(jobId), KEPT_MS);
    } catch (error) {
      // It is then found missing.
      if (open.has(id)) say(`The queue did not take a task, which is sent again: ${lineOf(error as Error)}.`);
    }
  }

  function end(id: string): Open<Task, Result> | undefined {
    const task = open.get(id);
    open.delete(id);
    return task;
  }

  function sendBack(id: string, task: Open<Task, Result>, why: string): void {
    say(`${why}; the task is sent again.`);
    task.sentBack++;
    if (task.sentBack < MOST_SENT_BACK) void send(id, task);
    else end(id)?.reject(new Error(why));
  }

  function take(job: string, text: string): void {
    const id = job.replace(/-\d+$/, '');
    const task = open.get(id);
    if (task === undefined) return;
    const where = `a result of the queue (${id})`;
    try {
      const reply = readReply(text, where);
      if (reply.kind === 'thrown') end(id)?.reject(new Error(reply.message));
      else if (reply.kind === 'unreadable')
        sendBack(id, task, `${reply.worker} could not read a task: ${reply.message}`);
      else if (!accepts(reply.mark))
        sendBack(id, task, `${reply.worker} has made another probe evaluation than the study`);
      else {
        const result = decode(reply.result, task.task, where);
        end(id)?.resolve(result);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      sendBack(id, task, error.message);
    }
  }

  async function look(id: string, task: Open<Task, Result>): Promise<void> {
    const jobId = `${id}-${task.sent}`;
    const state = await queue.getJobState(jobId);
    if (open.get(id) !== task) return;
    if (state === 'failed') {
      await queue.remove(jobId);
      end(id)?.reject(new Error('too many workers ended while they had this task'));
    } else if (state !== 'unknown') {
      task.isMissing = false;
      task.lookAt = performance.now() + TRUSTED_MS;
    } else if (task.isMissing) await send(id, task);
    // Its result may be on its way.
    else task.isMissing = true;
  }

  return {
    get size() {
      return open.size;
    },
    run(task) {
      const id = `t${++begun}`;
      return new Promise<Result>((resolve, reject) => {
        const one = { task, resolve, reject, sent: 0, sentBack: 0, lookAt: 0, isMissing: false };
        open.set(id, one);
        void send(id, one);
      });
    },
    take,
    async reconcile() {
      const now = performance.now();
      for (const [id, task] of open) if (task.lookAt < now) await look(id, task);
    },
    resolveAll(result) {
      for (const id of open.keys()) end(id)?.resolve(result);
    },
    rejectAll(error) {
      for (const id of open.keys()) end(id)?.reject(error);
    },
  };
}
