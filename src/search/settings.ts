import { z } from 'zod';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { PRECISIONS } from '../diffusion/process.ts';
import { dataConfig } from '../model/config.ts';
import { CLAMPS, MOST_STEPS } from '../schedule/noise-schedule.ts';
import { STRATEGIES, type StrategyName } from './strategies/index.ts';

const FORMAT = 1;

const hashed = z.strictObject({ name: z.string(), hash: z.string() });
const range = z.tuple([z.number(), z.number()]);

export const studySettings = z.strictObject({
  format: z.literal(FORMAT),
  steps: z.int().positive().max(MOST_STEPS),
  strategy: z.enum(Object.keys(STRATEGIES) as [StrategyName, ...StrategyName[]]),
  range: range.optional(),
  /** What the search was told to start from. */
  from: z.array(z.strictObject({ name: z.string(), betas: z.array(z.number()) })).optional(),
  /** Where several numbers of steps are searched in one run: the best schedules of fewer steps, which it began with. */
  shorter: z.array(z.strictObject({ name: z.string(), betas: z.array(z.number()) })).optional(),
  stride: z.int().positive(),
  values: z.int().positive().optional(),
  seed: z.int().nonnegative(),
  metric: z.enum(METRIC_NAMES),
  clamp: z.enum(CLAMPS),
  precision: z.enum(PRECISIONS),
  replicates: z.int().positive(),
  /** Scoring clips that are heard at a time, a candidate that loses by then being dropped; absent where all are heard at once. */
  rungs: z.array(z.int().positive()).optional(),
  /**
   * The network that hears candidates first on the first of the rungs, and how many of its highest sampling rates are in float32; absent where the
   * one in float32 hears them alone.
   */
  coarse: z.strictObject({ kind: z.literal('int8'), floatRates: z.int().nonnegative() }).optional(),
  /** In network evaluations of all scoring clips; raised, a finished search goes on. */
  budget: z.int().positive(),
  checkpoint: hashed,
  config: hashed,
  /** The model's front end; the config's hash covers it. Absent from studies made before it was recorded. */
  data: dataConfig.optional(),
  sampleRate: z.int().positive(),
  /** Samples of each clip. */
  clipSamples: z.int().positive(),
  /** Clips that go through the network together. */
  clipsPerCall: z.int().positive(),
  scoringClips: z.array(hashed).min(1),
  heldoutClips: z.array(hashed).min(1),
  device: z.string(),
  /** On a device other than the CPU: rows, clips of one candidate or several, that a call of the network has. */
  rowsPerCall: z.int().positive().optional(),
  /** How the sampler adds up its states where it is on a device; absent where it does so in float64, on the CPU. */
  arithmetic: z.literal('float32').optional(),
  /** Whether the network computes products of matrices in half precision; absent where it does not. */
  half: z.literal(true).optional(),
  /** The first schedule's score so, less that in float32. */
  halfDifference: z.number().optional(),
  /** What the bits of a score depend on beside all this. */
  engine: z.string(),
  /** Where machines made it together whose bits differ: how far their scores agree, as a part of them; absent where all do to the bit. */
  mixed: z.strictObject({ scoresAgreeTo: z.number() }).optional(),
  version: z.string(),
});

/** Everything that is needed to run a search again; what decides its trials is the study's identity. */
export type StudySettings = z.infer<typeof studySettings>;
