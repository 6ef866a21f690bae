/**
 * A night's search in small: many trials with a network that takes no time, in one process. Says how much the heap holds as trials come, and how long the
 * search takes to go on where it was.
 *
 *   node --expose-gc --import tsx bench/faults/night.ts [--trials 50000] [--clips 6] [--no-race] [--folder DIR] [--json]
 *
 * The search is `random`, with races unless told otherwise. It is cancelled after as many trials, and then begun again with the same command until it asks
 * for the first evaluation that its journal lacks; the shortest of three such starts is given.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { createInProcessPool } from '../../src/pool/in-process.ts';
import { baselines as baselinesFor } from '../../src/search/baselines.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import { rungsOf } from '../../src/search/race.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import { search } from '../../src/search/search.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy, studyPaths } from '../../src/search/study.ts';
import type { JobResult, WorkerResult, WorkerTask } from '../../src/search/worker.ts';
import { settings as settingsWith } from '../../test/search/fake-study.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    trials: { type: 'string', default: '50000' },
    clips: { type: 'string', default: '6' },
    race: { type: 'boolean', default: true },
    folder: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [trials, clips] = [values.trials, values.clips].map(Number) as [number, number];
const collect = globalThis.gc;
if (collect === undefined) throw new Error('node must be started with --expose-gc');

const STEPS = 6;
const STARTS = 3;
/** Readings of the heap in the course of a search. */
const READINGS = 10;

const rungs = values.race ? rungsOf(clips, 1) : undefined;
const settings = settingsWith({
  steps: STEPS,
  strategy: 'random',
  budget: 2 * trials * STEPS,
  scoringClips: Array.from({ length: clips }, (_, i) => ({ name: `clip-${i}`, hash: `${i}` })),
  ...(rungs && { rungs }),
});

/** Distance in ln σ to a good schedule, with a part that differs by clip. */
function distances({ betas, metrics, clips: part }: EvaluationTask) {
  let log = 0;
  const logSigmas = betas.map((beta) => {
    log += Math.log1p(-beta);
    return Math.log(Math.expm1(-log)) / 2;
  });
  const byClip = Array.from({ length: clips }, (_, clip) =>
    logSigmas.reduce((sum, x, i) => sum + 0.05 * Math.abs(x + 7 - 1.35 * i - 0.1 * Math.sin(5 * clip + 3 * x)), 0.5),
  );
  return Object.fromEntries(metrics.map((metric) => [metric, part === undefined ? byClip : byClip.slice(...part)]));
}

function fakePool(onTask: () => void): EvaluationPool {
  return createInProcessPool(async (task: WorkerTask, isCancelled): Promise<WorkerResult> => {
    onTask();
    if (task.kind === 'time') return { kind: 'time', seconds: 0 };
    const results: JobResult[] = [];
    for (const job of task.jobs) {
      if (isCancelled()) break;
      if (job.kind !== 'evaluation') throw new Error(`no ${job.kind} was expected`);
      results.push({ kind: 'evaluation', distances: distances(job), nfe: STEPS, seconds: 0, networkSeconds: 0 });
    }
    return { kind: 'jobs', results, worker: 0 };
  });
}

interface Reading {
  readonly trials: number;
  /** Bytes. */
  readonly heap: number;
}

/** Runs the search, or on with it, until so many trials are done or the first new evaluation is asked for. */
async function run(folder: string, until: 'trials' | 'new', readings: Reading[] = []) {
  const baselines = await baselinesFor(STEPS);
  const strategy = STRATEGIES.random({ steps: STEPS, seed: 0, baselines });
  let isCancelled = false;
  let firstNew: number | undefined;
  let last = 0;
  const start = performance.now();
  const before = process.cpuUsage();
  const study = await openStudy(folder, settings, {}, Date.now());
  const pool = fakePool(() => {
    firstNew ??= performance.now() - start;
    if (until === 'new') isCancelled = true;
  });
  await search({
    study,
    strategy,
    baselines,
    pool,
    isCancelled: () => isCancelled,
    onProgress: ({ trials: done }) => {
      const part = trials / READINGS;
      const isDue = Math.floor(done / part) > Math.floor(last / part);
      last = done;
      if (until === 'trials' && isDue) {
        collect!();
        readings.push({ trials: done, heap: process.memoryUsage().heapUsed });
      }
      if (until === 'trials' && done >= trials) isCancelled = true;
    },
  });
  const { user, system } = process.cpuUsage(before);
  return {
    seconds: (firstNew ?? Number.NaN) / 1000,
    cpuSeconds: (user + system) / 1e6,
    all: (performance.now() - start) / 1000,
  };
}

const folder = values.folder ?? (await mkdtemp(join(tmpdir(), 'wavegrad-schedules-night-')));
collect();
const atFirst = process.memoryUsage().heapUsed;
const readings: Reading[] = [];
const whole = await run(folder, 'trials', readings);
const bytes = (await stat(studyPaths(folder).journal)).size;
const starts = [];
for (let i = 0; i < STARTS; i++) starts.push(await run(folder, 'new'));
const resumed = starts.reduce((a, b) => (b.seconds < a.seconds ? b : a));
collect();
const atLast = process.memoryUsage().heapUsed;
if (values.folder === undefined) await rm(folder, { recursive: true });

const result = {
  trials,
  clips,
  race: values.race,
  seconds: whole.all,
  journalBytes: bytes,
  atFirst,
  readings,
  atLast,
  resumed,
};
if (values.json) process.stdout.write(`${JSON.stringify(result)}\n`);
else {
  const table = new Table({ head: ['trials', 'heap (MiB)', 'bytes a trial'], style: { head: [] } });
  for (const { trials: done, heap } of readings) {
    table.push([done, (heap / 2 ** 20).toFixed(1), Math.round((heap - atFirst) / done)]);
  }
  process.stdout.write(`${table.toString()}\n`);
  process.stdout.write(
    `${trials} trials in ${whole.all.toFixed(0)} s, a journal of ${(bytes / 2 ** 20).toFixed(1)} MiB; the heap held ` +
      `${(atFirst / 2 ** 20).toFixed(1)} MiB before and ${(atLast / 2 ** 20).toFixed(1)} MiB after.\n` +
      `It goes on after ${resumed.seconds.toFixed(2)} s (${resumed.cpuSeconds.toFixed(2)} s of CPU).\n`,
  );
}
