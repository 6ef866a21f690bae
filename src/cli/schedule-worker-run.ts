import { randomBytes } from 'node:crypto';
import { homedir, hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { startEngine } from '../model/start-engine.ts';
import { connectQueue, type QueueConnection } from '../pool/queue/connection.ts';
import { once } from '../pool/queue/remarks.ts';
import { type Serving, serveQueue } from '../pool/queue/serve.ts';
import { counted } from '../report/numbers.ts';
import { fingerprintOf } from '../search/fingerprint.ts';
import { openSearchPool } from '../search/plan.ts';
import { fetchStudy } from '../search/queue-study.ts';
import { checkFingerprint, performTask, type WantedStudy, wantedStudy } from '../search/queue-worker.ts';
import type { EvaluationPool } from '../search/runner.ts';
import { type CommandArguments, packageVersion, UsageError, wholeNumber } from './command.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { type QueueChoice, queueChoice } from './queue-flags.ts';
import { threadsFor } from './threads.ts';
import type { WORKER_FLAGS } from './worker-flags.ts';

const LOOK_EVERY_MS = 1_000;
const SAY_EVERY_MS = 15_000;

/** What `schedule-worker` does; gives the exit code. */
export async function runScheduleWorker(
  args: CommandArguments<typeof WORKER_FLAGS>,
  positionals: readonly string[],
): Promise<number> {
  if (positionals.length > 0)
    throw new UsageError(`no argument was expected beside the options, got ${positionals[0]}`);
  if (args.queue === undefined) throw new UsageError('--queue says where the searches are, such as redis://host');
  const choice = queueChoice(args.queue, args.prefix);
  const jobs = args.jobs === undefined ? undefined : wholeNumber('jobs', args.jobs, 1);
  const say = (text: string) => {
    if (!args.quiet) process.stderr.write(`${text}\n`);
  };
  const threads = threadsFor(jobs, 'onnxruntime', say);
  const own = { version: packageVersion(), engine: (await startEngine('onnxruntime')).version };
  const stopping = new AbortController();
  const interrupt = onInterrupt(() => {
    stopping.abort();
    say('\nStopping after the steps in hand; once more to stop at once. Other workers have what is left.');
  });
  const connection = await connectQueue(choice.address, say);
  try {
    const remark = once(say);
    let waited: string | undefined;
    while (!stopping.signal.aborted) {
      const wanted = await wantedStudy(connection, choice.prefix, own, remark);
      if (wanted === undefined || wanted.run === waited) {
        if (waited !== '') say(`Waiting for a search under the prefix ${choice.prefix} of ${choice.address.shown}.`);
        waited = wanted?.run ?? '';
        await pause(LOOK_EVERY_MS, stopping.signal);
        continue;
      }
      const done = await workFor(wanted, { choice, connection, threads, args, stopping: stopping.signal, say });
      const { name } = wanted.study;
      const result = { study: name, runs: done.runs, evaluations: done.evaluations };
      process.stdout.write(
        args.json ? `${JSON.stringify(result)}\n` : `${name}: ${counted(done.evaluations, 'evaluation')} done.\n`,
      );
      if (args.once) break;
      waited = wanted.run;
    }
    return stopping.signal.aborted ? INTERRUPTED : 0;
  } finally {
    interrupt.off();
    await connection.close();
  }
}

interface Work {
  readonly choice: QueueChoice;
  readonly connection: QueueConnection;
  readonly threads: number;
  readonly args: CommandArguments<typeof WORKER_FLAGS>;
  readonly stopping: AbortSignal;
  readonly say: (text: string) => void;
}

interface Done {
  /** Tasks, each of one or several evaluations. */
  runs: number;
  evaluations: number;
}

/** Works for a study until its search ends or this worker is to stop. */
async function workFor({ run, study }: WantedStudy, work: Work): Promise<Done> {
  const { choice, connection, threads, args, stopping, say } = work;
  const done: Done = { runs: 0, evaluations: 0 };
  say(`${study.name}: getting ready.`);
  const settings = await fetchStudy(connection, choice.prefix, study, resolve(args.cache ?? defaultCache()));
  const { pool } = await openSearchPool({ worker: settings }, threads);
  let serving: Serving | undefined;
  const report = setInterval(
    () => say(`${study.name}: ${counted(done.evaluations, 'evaluation')} done.`),
    SAY_EVERY_MS,
  );
  try {
    const own = await fingerprintOf(pool);
    checkFingerprint(study, own);
    if (stopping.aborted) return done;
    serving = serveQueue({
      connection,
      prefix: choice.prefix,
      run,
      name: `${hostname()}-${process.pid}-${randomBytes(4).toString('hex')}`,
      slots: threads,
      perform: (data) => counting(data, pool, own.hash, done),
      say,
    });
    say(`${study.name}: working, ${counted(threads, 'job')} at once.`);
    await Promise.race([serving.ended, aborted(stopping)]);
    return done;
  } finally {
    clearInterval(report);
    pool.cancel();
    await serving?.stop();
    await pool.close();
  }
}

async function counting(data: unknown, pool: EvaluationPool, mark: string, done: Done) {
  const answer = await performTask(data, pool, mark);
  if (answer?.kind !== 'done') return answer;
  done.runs++;
  done.evaluations += (data as { readonly jobs?: readonly unknown[] }).jobs?.length ?? 0;
  return answer;
}

/** Where systems keep what can be fetched again. */
function defaultCache(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const folders: Partial<Record<NodeJS.Platform, string>> = {
    win32: LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'),
    darwin: join(homedir(), 'Library', 'Caches'),
  };
  return join(folders[process.platform] ?? (XDG_CACHE_HOME || join(homedir(), '.cache')), 'wavegrad-schedules');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
