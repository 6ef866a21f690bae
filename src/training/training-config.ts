import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { checkData } from '../formats/json.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { linear } from '../schedule/generators/linear.ts';
import { MOST_STEPS, type NoiseSchedule } from '../schedule/noise-schedule.ts';
import { unknownKeys } from './unknown-keys.ts';

/** Far beyond any training, and small enough that lists of this length do no harm. */
const MOST = 65_536;
/** About six minutes at 48 kHz. */
const MOST_SEGMENT_SAMPLES = 2 ** 24;
/** A quarter of a gigabyte of float32, of which the ring of batches holds 16: a hundred times the reference's. */
const MOST_BATCH_SAMPLES = 2 ** 26;

const positive = z.number().positive();
const count = z.int().positive();
const path = z.string().min(1);

/** Like z.enum, whose message does not say what came. */
function oneOf<const Names extends readonly [string, ...string[]]>(names: Names) {
  return z.enum(names, { error: ({ input }) => `expected ${names.join(', ')}, got ${shown(input)}` });
}

function shown(value: unknown): string {
  return String(JSON.stringify(value)).slice(0, 60);
}

const beta = z.number().gt(0).lt(1);

function linearBetas(steps: number) {
  const fields = z.object({
    n_iter: count.max(MOST_STEPS).default(steps),
    /** The first and the last beta. */
    betas_range: z.tuple([beta, beta]).default([1e-6, 1e-2]),
  });
  return fields.prefault({});
}

const trainingConfig = z.object({
  /** Where checkpoints and event files go. */
  logdir: path.default('logs/default'),
  /** Whether to go on from the last checkpoint of `logdir`. */
  continue_training: z.boolean().default(false),
  train_filelist_path: path.default('filelists/train.txt'),
  test_filelist_path: path.default('filelists/test.txt'),
  /** Segments of a batch. */
  batch_size: count.max(MOST).default(96),
  /** In samples, whole hops. */
  segment_length: count.max(MOST_SEGMENT_SAMPLES).default(7200),
  /** Adam's learning rate, where its schedule is at its highest. */
  lr: positive.default(1e-3),
  /** The norm that gradients are clipped to. */
  grad_clip_threshold: positive.default(1),
  /** Decays of `lr_schedule` epoch that make one multiplication by `scheduler_gamma`. */
  scheduler_step_size: count.default(1),
  scheduler_gamma: positive.max(1).default(0.9),
  n_epoch: count.default(100_000_000),
  /** Recordings of the test list that are generated in each test. */
  n_samples_to_test: z.int().nonnegative().max(MOST).default(4),
  /** In epochs; the first test is after so many, where the reference's is after one. */
  test_interval: count.default(1),
  /** Half precision, where the device has it. */
  use_fp16: z.boolean().default(true),
  /** The noise that is trained on, and that recordings are generated with in a test. */
  training_noise_schedule: linearBetas(1000),
  test_noise_schedule: linearBetas(50),
  // What follows is not in the reference; by default training is as there.
  /** The mean of |ε − ε̂| or of its square. */
  loss: oneOf(['l1', 'l2']).default('l1'),
  /** See `learningRate`. */
  lr_schedule: oneOf(['epoch', 'constant', 'cosine']).default('epoch'),
  /** The step at which the cosine is at `final_lr`; always there with the cosine. */
  total_steps: count.optional(),
  final_lr: z.number().nonnegative().default(0),
  /** Steps in which the learning rate rises to its schedule; 0 is none. */
  warmup_steps: z.int().nonnegative().default(0),
  /** What remains of the moving average of the weights in a step, less in the first ones (`averageDecay`); 0 is no average. */
  ema_decay: z.number().nonnegative().lt(1).default(0),
  /** Batches whose gradients are averaged in a step. */
  accumulation_steps: count.max(MOST).default(1),
  /** Of all that is random. */
  seed: z.int().nonnegative().default(0),
  /** The newest checkpoints that are kept, beside the best. */
  keep_checkpoints: count.max(MOST).default(3),
});

const withTraining = z.object({ training_config: trainingConfig.prefault({}) });

type Camel<Key> = Key extends `${infer First}_${infer Rest}` ? `${First}${Capitalize<Camel<Rest>>}` : Key;
type CamelKeys<T> = T extends readonly unknown[]
  ? Readonly<T>
  : T extends object
    ? { readonly [Key in keyof T as Camel<Key>]: CamelKeys<T[Key]> }
    : T;

/**
 * How a model is trained: the fields of config.json's `training_config` in camelCase (`batchSize` is its `batch_size`), each with its
 * meaning there, whole. Plain data, so that it can be sent to a worker.
 */
export type TrainingConfig = CamelKeys<z.output<typeof trainingConfig>>;

/** Betas at equal distances, as the config has them. */
export type LinearBetas = TrainingConfig['trainingNoiseSchedule'];

/**
 * How a config trains: the reference's fields and those of ours, checked one by one and against each other. What is absent is as in
 * the reference's own configs/default.json; what only we have is then switched off.
 *
 * @param where what an error and each remark begin with, usually the path of the config
 * @returns the training, and remarks on fields that have no effect, one sentence each; `dist_config` is passed over
 * @throws {InputError} for the first field that is wrong, with what was expected and what came
 */
export function parseTraining(
  config: WaveGradConfig,
  where: string,
): { training: TrainingConfig; remarks: readonly string[] } {
  const { training_config: fields } = checkData(config, withTraining, where);
  const training = camelKeys(fields) as TrainingConfig;
  checkTogether(training, config, `${where}: training_config`);
  const given = config.training_config ?? {};
  const remarks = [...unknownFields(given), ...unusedCosine(given, training)];
  return { training, remarks: remarks.map((remark) => `${where}: ${remark}`) };
}

/**
 * The noise schedule of the reference's `set_new_noise_schedule` with torch.linspace.
 *
 * @throws {InputError} if the betas leave nothing of the signal, which those of `parseTraining` do not
 */
export function noiseSchedule({ nIter, betasRange: [lo, hi] }: LinearBetas): NoiseSchedule {
  return linear(lo, hi, nIter);
}

function checkTogether(training: TrainingConfig, { data_config: data }: WaveGradConfig, where: string): void {
  const fail = (message: string): never => {
    throw new InputError(`${where}.${message}`);
  };
  const { segmentLength, batchSize, accumulationSteps, lr, finalLr, totalSteps, warmupSteps } = training;
  if (segmentLength % data.hop_length !== 0) {
    fail(`segment_length: expected a multiple of hop_length, ${data.hop_length}, got ${segmentLength}`);
  }
  // Its edges are reflected, half a transform of them.
  if (segmentLength <= data.n_fft / 2) {
    fail(`segment_length: expected more than half of n_fft, ${data.n_fft / 2}, got ${segmentLength}`);
  }
  if (batchSize * segmentLength > MOST_BATCH_SAMPLES) {
    fail(`batch_size: expected at most ${MOST_BATCH_SAMPLES} samples, got ${batchSize} times ${segmentLength}`);
  }
  if (batchSize * accumulationSteps > MOST) {
    fail(`accumulation_steps: expected at most ${MOST} segments a step, got ${accumulationSteps} times ${batchSize}`);
  }
  for (const [field, betas] of [
    ['training_noise_schedule', training.trainingNoiseSchedule],
    ['test_noise_schedule', training.testNoiseSchedule],
  ] as const) {
    try {
      noiseSchedule(betas);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fail(`${field}: ${error.message}`);
    }
  }
  if (training.lrSchedule !== 'cosine') return;
  if (totalSteps === undefined) {
    fail('total_steps: expected the number of steps that lr_schedule cosine runs to, got none');
  } else if (warmupSteps > totalSteps) {
    fail(`warmup_steps: expected at most total_steps, ${totalSteps}, got ${warmupSteps}`);
  }
  if (finalLr > lr) fail(`final_lr: expected at most lr, ${lr}, got ${finalLr}`);
}

function unknownFields(given: Record<string, unknown>): string[] {
  const schedules = ['training_noise_schedule', 'test_noise_schedule'] as const;
  return [
    ...unknownKeys(given, Object.keys(trainingConfig.shape), 'training_config'),
    ...schedules.flatMap((field) => {
      const known = Object.keys(trainingConfig.shape[field].unwrap().shape);
      return unknownKeys(given[field] ?? {}, known, `training_config.${field}`);
    }),
  ];
}

function unusedCosine(given: Record<string, unknown>, { lrSchedule }: TrainingConfig): string[] {
  if (lrSchedule === 'cosine') return [];
  return ['total_steps', 'final_lr']
    .filter((field) => given[field] !== undefined)
    .map((field) => `training_config.${field} is for lr_schedule cosine and has no effect with ${lrSchedule}`);
}

function camelKeys(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const entries = Object.entries(value).map(([key, field]) => [
    key.replaceAll(/_(.)/g, (_, letter: string) => letter.toUpperCase()),
    camelKeys(field),
  ]);
  return Object.fromEntries(entries);
}
