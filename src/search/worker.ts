import { threadId, workerData } from 'node:worker_threads';
import { compileRowReverse } from '../diffusion/row-reverse.ts';
import type { PredictNoise } from '../diffusion/sampler.ts';
import type { Device, EngineName, EngineOptions } from '../engine/engine.ts';
import { InputError } from '../formats/input-error.ts';
import { type Calibration, loadEightBitModel } from '../model/eight-bit-model.ts';
import { loadModel, type Model, openPrepared } from '../model/model.ts';
import { loadPullback } from '../model/pullback.ts';
import { loadRowNetwork } from '../model/row-network.ts';
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
import { createRowEvaluator } from './row-evaluator.ts';

/** What every worker of a search is started with. */
export interface WorkerSettings
  extends Omit<EvaluatorOptions, 'predictNoise' | 'loadPullback' | 'loadCoarse' | 'melConfig'> {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly engine: EngineName;
  readonly device: Device;
  /** Of every clip. */
  readonly frames: number;
  /** Where `prepareModel` has written the network for these workers; it may be gone for one that starts late. */
  readonly prepared?: string;
  /** Rows of a call on a device other than the CPU; undefined on the CPU. */
  readonly rowsPerCall: number | undefined;
  readonly half: boolean;
  /** The coarse network, on the CPU: how many sampling rates are in float32, and on how many of the first scoring clips it is calibrated. */
  readonly coarse?: { readonly floatRates: number; readonly clips: number };
  /** What it came to. */
  readonly calibration?: Calibration;
}

/** What the network is needed for. */
export type Job = EvaluationTask | CleanErrorTask | ScoreGradientTask;
export type JobResult = Evaluation | CleanError | ScoreGradient;

/** Time one network evaluation, or do jobs, one after another or, on a device, together. */
export type WorkerTask =
  | { readonly kind: 'time' }
  | {
      readonly kind: 'jobs';
      readonly jobs: readonly Job[];
      /** Whether to do them in float32, where the search has half precision. Default: false. */
      readonly whole?: boolean;
    };

/** Errors cross threads as data, since their class does not survive. */
export type WorkerResult =
  | { readonly kind: 'time'; readonly seconds: number }
  /** The results of the first jobs, of all of them where nothing was cancelled. */
  | { readonly kind: 'jobs'; readonly results: readonly JobResult[]; readonly worker: number }
  | { readonly kind: 'bad-input'; readonly message: string };

const { settings, cancelled } = workerData as ThreadData<WorkerSettings>;
const cancelFlag = new Int32Array(cancelled);
const isCancelled = () => Atomics.load(cancelFlag, 0) !== 0;

/** One worker's network. */
interface Network {
  time(): Promise<number>;
  /** The results of the first jobs, of all of them where nothing was cancelled. */
  done(jobs: readonly Job[]): Promise<JobResult[]>;
  dispose(): Promise<void>;
}

let network: Promise<Network> | undefined;

function start(half: boolean): Promise<Network> {
  const { rowsPerCall } = settings;
  return rowsPerCall === undefined ? onCpu() : onDevice(rowsPerCall, half);
}

async function onCpu(): Promise<Network> {
  const { checkpointPath, configPath, prepared, ...rest } = settings;
  const load = () => loadModel(checkpointPath, configPath, engineOf(settings));
  const model = await (prepared === undefined
    ? load()
    : openPrepared(prepared, checkpointPath, configPath, engineOf(settings)).catch(load));
  const { predictNoise, config } = model;
  const melConfig = config.data_config;
  const evaluator = createEvaluator({ ...rest, predictNoise, loadPullback: pullback, loadCoarse: coarse, melConfig });
  return {
    time: () => evaluator.timeNetwork('scoring'),
    done: (jobs) => oneByOne(evaluator, jobs),
    dispose: () => model.dispose(),
  };
}

async function onDevice(rows: number, half: boolean): Promise<Network> {
  const { checkpointPath, configPath, device, clamp } = settings;
  const rowNetwork = await loadRowNetwork(checkpointPath, configPath, { device, half, rows });
  const reverse = await compileRowReverse({ clamp, device, rows });
  const onRows = createRowEvaluator({ ...settings, network: rowNetwork, reverse });
  let plain: Promise<Model> | undefined;
  const predictNoise: PredictNoise = async (input) => {
    plain ??= loadModel(checkpointPath, configPath, { device, half });
    return (await plain).predictNoise(input);
  };
  const melConfig = rowNetwork.config.data_config;
  const oneRow = createEvaluator({ ...settings, predictNoise, loadPullback: pullback, melConfig });
  return {
    time: () => onRows.timeNetwork(),
    async done(jobs) {
      const evaluations = jobs.filter((job) => job.kind === 'evaluation');
      if (evaluations.length === jobs.length) return (await onRows.evaluate(evaluations, isCancelled)) ?? [];
      const errors = jobs.filter((job) => job.kind === 'clean-error');
      if (errors.length === jobs.length) return (await onRows.cleanErrors(errors, isCancelled)) ?? [];
      return oneByOne(oneRow, jobs);
    },
    async dispose() {
      await Promise.all([rowNetwork.dispose(), reverse.dispose(), plain?.then((model) => model.dispose())]);
    },
  };
}

/** A second session, for the few strategies that ask for it. */
async function pullback() {
  const { checkpointPath, configPath } = settings;
  return (await loadPullback(checkpointPath, configPath, engineOf(settings))).pullBackNoise;
}

async function coarse() {
  const { checkpointPath, configPath, calibration } = settings;
  if (calibration === undefined) throw new Error('coarse: the worker was started without a calibration');
  return (await loadEightBitModel(checkpointPath, configPath, calibration, engineOf(settings))).predictNoise;
}

/** One thread, for clips of one length. */
function engineOf({ engine, device, frames }: WorkerSettings): EngineOptions {
  return { engine, device, threads: 1, sizes: { frames } };
}

async function oneByOne(ready: Evaluator, jobs: readonly Job[]): Promise<JobResult[]> {
  const results: JobResult[] = [];
  for (const job of jobs) {
    const result = await done(ready, job);
    if (result === undefined) break;
    results.push(result);
  }
  return results;
}

async function done(ready: Evaluator, job: Job): Promise<JobResult | undefined> {
  if (job.kind === 'evaluation') return ready.evaluate(job, isCancelled);
  if (job.kind === 'clean-error') return ready.cleanError(job, isCancelled);
  return ready.scoreGradient(job, isCancelled);
}

/** The entry of every worker of a search: one session, one thread. */
export default async function work(task: WorkerTask): Promise<WorkerResult> {
  try {
    network ??= start(settings.half);
    const ready = await network;
    if (task.kind === 'time') return { kind: 'time', seconds: await ready.time() };
    if (!task.whole) return { kind: 'jobs', results: await ready.done(task.jobs), worker: threadId };
    const whole = await start(false);
    const results = await whole.done(task.jobs);
    await whole.dispose();
    return { kind: 'jobs', results, worker: threadId };
  } catch (error) {
    if (error instanceof InputError) return { kind: 'bad-input', message: error.message };
    throw error;
  }
}
