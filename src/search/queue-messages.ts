import { z } from 'zod';
import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { checkData, numberOrNull } from '../formats/json.ts';
import { MOST_STEPS } from '../schedule/noise-schedule.ts';
import type { Job, JobResult, WorkerResult, WorkerTask } from './worker.ts';

const MOST_JOBS = 1_000_000;

/** As published, a beta may be a little below 0. */
const betas = z.array(z.number().min(-1).max(1)).min(1).max(MOST_STEPS);
const replicate = z.int().nonnegative();
const metric = z.enum(METRIC_NAMES);

const job = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('evaluation'),
    betas,
    set: z.enum(['scoring', 'heldout']),
    purpose: z.enum(['scoring', 'ranking', 'verification']),
    replicate,
    metrics: z.array(metric).min(1).max(METRIC_NAMES.length),
    clips: z.tuple([z.int().nonnegative(), z.int().positive()]).optional(),
    audible: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('clean-error'), sigma: z.number().positive() }),
  z.strictObject({ kind: z.literal('score-gradient'), betas, replicate }),
]);

const task = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('time') }),
  z.strictObject({ kind: z.literal('jobs'), jobs: z.array(job).min(1).max(MOST_JOBS) }),
]);

/** Reads a task that came through the queue; an InputError, which begins with `where`, where it is none. */
export function readTask(data: unknown, where: string): WorkerTask {
  return checkData(data, task, where);
}

const seconds = z.number().nonnegative();
const nfe = z.number().positive();
const numbers = z.array(numberOrNull);

const jobResult = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('evaluation'),
    distances: z.partialRecord(metric, numbers),
    /** Samples as little-endian float32, in base64. */
    signals: z.array(z.base64()).optional(),
    nfe,
    seconds,
    networkSeconds: seconds,
  }),
  z.strictObject({ kind: z.literal('clean-error'), errors: numbers, nfe, seconds }),
  z.strictObject({ kind: z.literal('score-gradient'), gradient: numbers, nfe, seconds }),
]);

const result = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('time'), seconds }),
  z.strictObject({ kind: z.literal('jobs'), results: z.array(jobResult), worker: z.int() }),
  z.strictObject({ kind: z.literal('bad-input'), message: z.string().max(10_000) }),
]);

/** A result as JSON has it: numbers that are not finite become null. */
export function writeResult(made: WorkerResult): unknown {
  if (made.kind !== 'jobs') return made;
  const results = made.results.map((one) =>
    one.kind === 'evaluation' && one.signals !== undefined ? { ...one, signals: one.signals.map(toBase64) } : one,
  );
  return { ...made, results };
}

/** Clips of each set. */
export interface ClipCounts {
  readonly scoring: number;
  readonly heldout: number;
  /** Samples of each. */
  readonly samples: number;
}

/** Reads what a task came to; an InputError, which begins with `where`, where it is no result of this task. */
export function readResult(data: unknown, asked: WorkerTask, counts: ClipCounts, where: string): WorkerResult {
  const read = checkData(data, result, where);
  if (read.kind === 'bad-input') return read;
  if (read.kind !== asked.kind) throw new InputError(`${where}: ${asked.kind} was expected, got ${read.kind}`);
  if (read.kind === 'time' || asked.kind === 'time') return read as WorkerResult;
  const { jobs } = asked;
  if (read.results.length !== jobs.length) {
    throw new InputError(`${where}: ${jobs.length} results were expected, got ${read.results.length}`);
  }
  const results = read.results.map((one, i): JobResult => {
    const at = `${where}: results.${i}`;
    const fit = fits(one, jobs[i]!, counts);
    if (fit !== undefined) throw new InputError(`${at}: ${fit}`);
    if (one.kind !== 'evaluation') return one;
    const { signals, ...rest } = one;
    const distances = rest.distances as Partial<Record<MetricName, number[]>>;
    return {
      ...rest,
      distances,
      ...(signals && { signals: signals.map((text) => fromBase64(text, counts.samples, at)) }),
    };
  });
  return { ...read, results };
}

/** What does not fit; undefined where all does. */
function fits(one: z.infer<typeof jobResult>, asked: Job, counts: ClipCounts): string | undefined {
  if (one.kind !== asked.kind) return `${asked.kind} was expected, got ${one.kind}`;
  if (one.kind === 'evaluation' && asked.kind === 'evaluation') {
    const clips = asked.clips === undefined ? counts[asked.set] : asked.clips[1] - asked.clips[0];
    for (const name of asked.metrics) {
      const got = one.distances[name]?.length;
      if (got !== clips) return `${name} of ${clips} clips was expected, got ${got ?? 'none'}`;
    }
    if (asked.audible && one.signals?.length !== clips) {
      return `${clips} signals were expected, got ${one.signals?.length ?? 'none'}`;
    }
  }
  if (one.kind === 'clean-error' && one.errors.length !== counts.scoring) {
    return `${counts.scoring} errors were expected, got ${one.errors.length}`;
  }
  if (one.kind === 'score-gradient' && asked.kind === 'score-gradient' && one.gradient.length !== asked.betas.length) {
    return `a gradient by ${asked.betas.length} levels was expected, got ${one.gradient.length}`;
  }
  return undefined;
}

function toBase64(samples: Float32Array): string {
  return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength).toString('base64');
}

function fromBase64(text: string, samples: number, where: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 4 * samples) {
    throw new InputError(`${where}: signals of ${samples} samples were expected, got ${bytes.length} bytes`);
  }
  return samplesOf(bytes);
}

/** Little-endian float32. */
export function samplesOf(bytes: Uint8Array): Float32Array {
  return new Float32Array(new Uint8Array(bytes).buffer);
}
