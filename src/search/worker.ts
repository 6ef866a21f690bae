import { threadId, workerData } from 'node:worker_threads';
import type { Device } from '../engine/onnxruntime/program.ts';
import { InputError } from '../formats/input-error.ts';
import { loadModel } from '../model/model.ts';
import type { ThreadData } from '../pool/threads.ts';
import {
  createEvaluator,
  type Evaluation,
  type EvaluationTask,
  type Evaluator,
  type EvaluatorOptions,
} from './evaluator.ts';

/** What every worker of a search is started with. */
export interface WorkerSettings extends Omit<EvaluatorOptions, 'predictNoise' | 'melConfig'> {
  readonly checkpointPath: string;
  readonly configPath: string;
  readonly device: Device;
}

/** Time one network evaluation, or evaluate a schedule. */
export type WorkerTask = { readonly kind: 'time' } | ({ readonly kind: 'evaluate' } & EvaluationTask);

/** Errors cross threads as data, since their class does not survive. */
export type WorkerResult =
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation; readonly worker: number }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'bad-input'; readonly message: string };

const { settings, cancelled } = workerData as ThreadData<WorkerSettings>;
const cancelFlag = new Int32Array(cancelled);

let evaluator: Promise<Evaluator> | undefined;

async function start(): Promise<Evaluator> {
  const { checkpointPath, configPath, device, ...rest } = settings;
  const model = await loadModel(checkpointPath, configPath, { device, threads: 1 });
  return createEvaluator({ ...rest, predictNoise: model.predictNoise, melConfig: model.config.data_config });
}

/** The entry of every worker of a search: one session, one thread. */
export default async function work(task: WorkerTask): Promise<WorkerResult> {
  try {
    evaluator ??= start();
    if (task.kind === 'time') return { kind: 'time', seconds: await (await evaluator).timeNetwork('scoring') };
    const evaluation = await (await evaluator).evaluate(task, () => Atomics.load(cancelFlag, 0) !== 0);
    return evaluation === undefined ? { kind: 'cancelled' } : { kind: 'evaluation', evaluation, worker: threadId };
  } catch (error) {
    if (error instanceof InputError) return { kind: 'bad-input', message: error.message };
    throw error;
  }
}
