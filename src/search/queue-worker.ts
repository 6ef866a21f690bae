import { InputError } from '../formats/input-error.ts';
import type { QueueConnection } from '../pool/queue/connection.ts';
import { queueKeys } from '../pool/queue/keys.ts';
import { PROTOCOL, readAnnouncement, readHeader } from '../pool/queue/messages.ts';
import type { Answer } from '../pool/queue/serve.ts';
import { agree, type Fingerprint, MIXED_AGREEMENT } from './fingerprint.ts';
import { readTask, writeResult } from './queue-messages.ts';
import { type QueuedStudy, readQueuedStudy } from './queue-study.ts';
import type { EvaluationPool } from './runner.ts';

/** A study that wants workers. */
export interface WantedStudy {
  readonly run: string;
  readonly study: QueuedStudy;
}

/**
 * The study that is announced under a prefix; undefined where there is none, or what is announced is none, which is said.
 *
 * @throws {InputError} if it is of another version of this program or of the engine
 */
export async function wantedStudy(
  { redis, address }: QueueConnection,
  prefix: string,
  own: { readonly version: string; readonly engine: string },
  say: (text: string) => void,
): Promise<WantedStudy | undefined> {
  const text = await redis.get(queueKeys(prefix).study);
  if (text === null) return undefined;
  const where = `${address.shown}, ${prefix}`;
  const readable = <Value>(read: () => Value): Value | undefined => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      say(`${error.message}; it is no search that this worker can read.`);
      return undefined;
    }
  };
  const header = readable(() => readHeader(text, where));
  if (header === undefined) return undefined;
  const { protocol, program } = header;
  if (protocol !== PROTOCOL || program !== own.version) {
    throw new InputError(
      `${where}: the search is of wavegrad-schedules ${program}, and this worker of ${own.version}: both must be the same`,
    );
  }
  const wanted = readable((): WantedStudy => {
    const { run, content } = readAnnouncement(text, where);
    return { run, study: readQueuedStudy(content, where) };
  });
  if (wanted === undefined) return undefined;
  const { study } = wanted;
  if (study.engine !== own.engine) {
    throw new InputError(
      `${where}: the search runs on ${study.engine}, and this worker on ${own.engine}: both must be the same`,
    );
  }
  return wanted;
}

/** Throws an InputError where a worker that made this probe evaluation is not let in. */
export function checkFingerprint({ name, probe, mixed }: QueuedStudy, own: Fingerprint): void {
  if (own.hash === probe.hash) return;
  const got = `the probe evaluation differs from the study's (${own.score}, ${own.hash.slice(0, 8)}; there ${probe.score}, ${probe.hash.slice(0, 8)})`;
  if (!mixed) {
    throw new InputError(
      `${name}: ${got}, as on another kind of processor: schedule-search --mixed admits this machine, and the scores then agree to ${MIXED_AGREEMENT}`,
    );
  }
  if (!agree(probe, own))
    throw new InputError(`${name}: ${got}, by more than the ${MIXED_AGREEMENT} that --mixed allows`);
}

/** Does a task that came through the queue on this machine's threads; undefined where they were told to stop. */
export async function performTask(data: unknown, pool: EvaluationPool, mark: string): Promise<Answer | undefined> {
  try {
    const task = readTask(data, 'a task of the queue');
    const result = await pool.run(task);
    if (result.kind === 'jobs' && task.kind === 'jobs' && result.results.length < task.jobs.length) return undefined;
    return { kind: 'done', mark, result: writeResult(result) };
  } catch (error) {
    const { message } = error as Error;
    return error instanceof InputError ? { kind: 'unreadable', message } : { kind: 'thrown', message };
  }
}
