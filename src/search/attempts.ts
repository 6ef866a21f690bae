import { InputError } from '../formats/input-error.ts';
import { timeNow } from '../formats/time-now.ts';
import type { Pool } from '../pool/pool.ts';
import type { Job, JobResult, WorkerResult, WorkerTask } from './worker.ts';

/** A job's result, when it was made, in milliseconds since 1970, and by which thread. */
export interface Made {
  readonly result: JobResult;
  readonly start: number;
  readonly end: number;
  readonly worker: number;
}

/** A job whose worker threw, outgrew its heap or ended, and the next one too; times in milliseconds since 1970. */
export interface FailedTwice {
  /** What the second worker said, in one line. */
  readonly reason: string;
  readonly start: number;
  readonly end: number;
}

type Attempted = Made | FailedTwice;

/**
 * Does a run of jobs for one worker. Where that fails each job is tried once more alone, so that what takes its worker with it takes no
 * other job. Gives what became of the first jobs, of all of them where nothing was cancelled.
 *
 * @throws {InputError} where a job cannot be done, which a second time would not change
 */
export async function attempt(
  pool: Pool<WorkerTask, WorkerResult>,
  jobs: readonly Job[],
  hasStopped: () => boolean,
): Promise<readonly Attempted[]> {
  try {
    return await once(pool, jobs);
  } catch (error) {
    if (error instanceof InputError) throw error;
  }
  const attempted: Attempted[] = [];
  for (const job of jobs) {
    if (hasStopped()) break;
    const start = timeNow();
    const again = await once(pool, [job]).catch((error: unknown) => {
      if (error instanceof InputError) throw error;
      return [{ reason: reasonOf(error), start, end: timeNow() }];
    });
    if (again.length === 0) break;
    attempted.push(again[0]!);
  }
  return attempted;
}

async function once(pool: Pool<WorkerTask, WorkerResult>, jobs: readonly Job[]): Promise<readonly Attempted[]> {
  const answer = await pool.run({ kind: 'jobs', jobs });
  if (answer.kind === 'bad-input') throw new InputError(answer.message);
  if (answer.kind !== 'jobs') return [];
  let end = timeNow();
  const latestFirst = answer.results.toReversed().map((result): Made => {
    const one = { result, start: Math.round(end - 1000 * result.seconds), end, worker: answer.worker };
    end = one.start;
    return one;
  });
  return latestFirst.toReversed();
}

const MOST_CHARACTERS = 300;

function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const line = message.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim();
  return line === '' ? 'no reason was given' : line.slice(0, MOST_CHARACTERS);
}
