import type { WaveGradConfig } from '../../src/model/config.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { createThreadPool } from '../../src/pool/threads.ts';
import { fillNormal } from '../../src/random/noise.ts';
import { FIRST_LOSS_SCALE } from '../../src/training/loss-scale.ts';
import { createControl, createMemory, ENDED, SLOTS, type TrainingMemory } from '../../src/training/memory.ts';
import { networkLayout, type ParameterLayout, parameterView } from '../../src/training/parameters.ts';
import { createReplica } from '../../src/training/replica.ts';
import type { ReplicaResult, ReplicaTask, ReplicaWorkerSettings } from '../../src/training/replica-worker.ts';
import { parseTraining, type TrainingConfig } from '../../src/training/training-config.ts';
import { golden, tinyConfig, tinyWeights } from '../model/tiny.ts';

export const FRAMES = 12;
export const SAMPLES = 3600;
const N_MELS = 80;

/** The tiny network's config with some fields of its training set otherwise; segments are as long as those of the goldens. */
export async function tinyTraining(
  fields: Record<string, unknown> = {},
): Promise<{ config: WaveGradConfig; training: TrainingConfig; layout: ParameterLayout }> {
  const loaded = await loadConfig(tinyConfig);
  const config = { ...loaded, training_config: { ...loaded.training_config, segment_length: SAMPLES, ...fields } };
  const layout = networkLayout(config);
  return { config, training: parseTraining(config, 'config.json').training, layout };
}

/** Puts the weights of the tiny network's checkpoint into an array of all parameters. */
export function takeTinyWeights(into: Float32Array, { slots }: ParameterLayout): void {
  const weights = tinyWeights();
  for (const slot of slots) parameterView(into, slot).set(weights.get(slot.name)!.data);
}

/** One row of a batch. */
export interface Row {
  readonly signal: Float32Array;
  readonly noise: Float32Array;
  readonly mels: Float32Array;
  readonly level: number;
}

/** The two rows of the goldens `forward/…` and `grad/target`. */
export function goldenRows(): Row[] {
  const part = (name: string, row: number, width: number) => golden(name).slice(row * width, (row + 1) * width);
  return [0, 1].map((row) => ({
    signal: part('forward/y', row, SAMPLES),
    noise: part('grad/target', row, SAMPLES),
    mels: part('forward/mels', row, N_MELS * FRAMES),
    level: golden('forward/noise_level')[row]!,
  }));
}

/** Rows of normal numbers, others for each number. */
export function randomRows(count: number, from = 0): Row[] {
  return Array.from({ length: count }, (_, i) => {
    const normal = (length: number, k: number) =>
      fillNormal(new Float32Array(length), { seed: 1, purpose: 'proposal', clip: from + i, replicate: 0, k });
    const level = 0.95 - 0.9 * ((0.37 * (from + i)) % 1);
    return {
      signal: normal(SAMPLES, 0),
      noise: normal(SAMPLES, 1),
      mels: normal(N_MELS * FRAMES, 2).map((x) => x - 2),
      level,
    };
  });
}

/** Puts a batch into the ring as a feeder does. */
export function putBatch(memory: TrainingMemory, batch: number, rows: readonly Row[]): void {
  const { batches, sizes } = memory;
  rows.forEach((row, i) => {
    const at = (batch % SLOTS) * sizes.rows + i;
    batches.signal.set(row.signal, at * SAMPLES);
    batches.noise.set(row.noise, at * SAMPLES);
    batches.mels.set(row.mels, at * N_MELS * FRAMES);
    batches.levels[at] = row.level;
  });
  createControl(memory).fill(batch);
}

export interface TrainerOptions {
  /** Fields of training_config. */
  readonly fields?: Record<string, unknown>;
  readonly rows?: number;
  /** Workers; `here` is one replica in this thread. */
  readonly jobs?: number | 'here';
  readonly engines?: ReplicaWorkerSettings['engines'];
}

/** Replicas of the tiny network with its checkpoint's weights, and an empty ring; a step costs some milliseconds. */
export async function createTrainer({ fields, rows = 2, jobs = 'here', engines = [{}] }: TrainerOptions = {}) {
  const { config, training, layout } = await tinyTraining(fields);
  const sizes = { parameters: layout.length, rows, samples: SAMPLES, frames: FRAMES, nMels: N_MELS };
  const replicas = jobs === 'here' ? 1 : jobs;
  const memory = createMemory(sizes, replicas, training.emaDecay > 0);
  const control = createControl(memory);
  reset();

  /** Back to before the first step. */
  function reset(): void {
    takeTinyWeights(memory.weights, layout);
    if (memory.average.length > 0) memory.average.set(memory.weights);
    memory.first.fill(0);
    memory.second.fill(0);
    memory.lowest[0] = Number.POSITIVE_INFINITY;
    memory.lossScale.set([FIRST_LOSS_SCALE.scale, FIRST_LOSS_SCALE.steps]);
    control.restart(0, 0);
  }

  async function startHere() {
    const replica = await createReplica({ config, training, memory, ...engines[0] });
    return {
      run: (task: ReplicaTask & { kind: 'span' }) => replica.run(task.span),
      close: () => replica.dispose(),
    };
  }
  function startThreads() {
    const entry = new URL('../../src/training/replica-worker.ts', import.meta.url);
    const settings = { config, training, memory, engines, testClips: [], resample: false };
    return createThreadPool<ReplicaWorkerSettings, ReplicaTask, ReplicaResult>(entry, replicas, settings);
  }
  const pool = jobs === 'here' ? await startHere() : startThreads();

  /** Runs the steps from `from` up to `to` in all replicas; what became of each. Where one fails, the others are told. */
  function settle(from: number, to: number, learningRateScale = 1): Promise<PromiseSettledResult<unknown>[]> {
    control.end(ENDED.no);
    const spans = Array.from({ length: replicas }, (_, replica) => {
      const span = { replica, from, to, stepsPerEpoch: 1000, learningRateScale };
      return pool.run({ kind: 'span', span }).catch((error: unknown) => {
        control.breakBarrier();
        throw error;
      });
    });
    return Promise.allSettled(spans);
  }

  /** As `settle`, where no replica may fail; why the span ended. */
  async function run(from: number, to: number, learningRateScale?: number): Promise<number> {
    const failed = (await settle(from, to, learningRateScale)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
    return control.ended;
  }

  return {
    memory,
    layout,
    control,
    reset,
    settle,
    run,
    put: (batch: number, batchRows: readonly Row[]) => putBatch(memory, batch, batchRows),
    /** A copy of the weights and moments. */
    state: () => ({
      weights: Float32Array.from(memory.weights),
      first: Float32Array.from(memory.first),
      second: Float32Array.from(memory.second),
    }),
    close: () => pool.close(),
  };
}

export type Trainer = Awaited<ReturnType<typeof createTrainer>>;
