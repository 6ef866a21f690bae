import { threadId, workerData } from 'node:worker_threads';
import type { Device, EngineName } from '../engine/engine.ts';
import { InputError } from '../formats/input-error.ts';
import { loadModel } from '../model/model.ts';
import { loadPullback } from '../model/pullback.ts';
import type { ThreadData } from '../pool/threads.ts';
import {
  type CleanError,
  type CleanErrorTask,
  createEvaluator,
  type Evaluation,
  type EvaluationTask,
  type Evaluator,
  type EvaluatorOptions,
  type ScoreGradient,
  type ScoreGradientTask,
} from './evaluator.ts';

/** What every worker of a search is started with. */
export interface WorkerSettings extends Omit<EvaluatorOptions, 'predictNoise' | 'loadPullback' | 'melConfig'> {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly engine: EngineName;
  readonly device: Device;
}

/** What the network is needed for. */
export type Job = EvaluationTask | CleanErrorTask | ScoreGradientTask;
export type JobResult = Evaluation | CleanError | ScoreGradient;

/** Time one network evaluation, or do jobs one after another: schedules under one prefix. */
export type WorkerTask = { readonly kind: 'time' } | { readonly kind: 'jobs'; readonly jobs: readonly Job[] };

/** Errors cross threads as data, since their class does not survive. */
export type WorkerResult =
  | { readonly kind: 'time'; readonly seconds: number }
  /** The results of the first jobs, of all of them where nothing was cancelled. */
  | { readonly kind: 'jobs'; readonly results: readonly JobResult[]; readonly worker: number }
  | { readonly kind: 'bad-input'; readonly message: string };

const { settings, cancelled } = workerData as ThreadData<WorkerSettings>;
const cancelFlag = new Int32Array(cancelled);
const isCancelled = () => Atomics.load(cancelFlag, 0) !== 0;

let evaluator: Promise<Evaluator> | undefined;

async function start(): Promise<Evaluator> {
  const { checkpointPath, configPath, engine, device, ...rest } = settings;
  const options = { engine, device, threads: 1 };
  const model = await loadModel(checkpointPath, configPath, options);
  // A second session, for the few strategies that ask for it.
  const pullback = async () => (await loadPullback(checkpointPath, configPath, options)).pullBackNoise;
  const { predictNoise, config } = model;
  return createEvaluator({ ...rest, predictNoise, loadPullback: pullback, melConfig: config.data_config });
}

async function done(ready: Evaluator, job: Job): Promise<JobResult | undefined> {
  if (job.kind === 'evaluation') return ready.evaluate(job, isCancelled);
  if (job.kind === 'clean-error') return ready.cleanError(job, isCancelled);
  return ready.scoreGradient(job, isCancelled);
}

/** The entry of every worker of a search: one session, one thread. */
export default async function work(task: WorkerTask): Promise<WorkerResult> {
  try {
    evaluator ??= start();
    const ready = await evaluator;
    if (task.kind === 'time') return { kind: 'time', seconds: await ready.timeNetwork('scoring') };
    const results: JobResult[] = [];
    for (const job of task.jobs) {
      const result = await done(ready, job);
      if (result === undefined) break;
      results.push(result);
    }
    return { kind: 'jobs', results, worker: threadId };
  } catch (error) {
    if (error instanceof InputError) return { kind: 'bad-input', message: error.message };
    throw error;
  }
}
