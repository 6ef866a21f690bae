import { z } from 'zod';
import { numberOrNull, numbersOrNull } from '../formats/json.ts';

const recovery = z.strictObject({
  /** The step at which it went wrong, and the one that training went back to. */
  step: z.int(),
  backTo: z.int(),
  learningRateScale: z.number(),
});

const testResult = z.strictObject({
  step: z.int(),
  /** Of training, tests left out. */
  seconds: z.number(),
  /** The mean training loss since the last test by schedule. */
  trainingLoss: numberOrNull,
  validationLoss: numberOrNull,
  /** Means over the generated recordings; absent where none are generated. */
  waveformL1: numberOrNull.optional(),
  melL1: numberOrNull.optional(),
  /** Seconds of sampling a second of sound, with all workers at work. */
  realTimeFactor: numberOrNull.optional(),
});

/** What a training is at, beside its weights and moments: all that the next step depends on, and what was found on the way. */
export const runState = z.strictObject({
  version: z.literal(1),
  /** Steps done. */
  step: z.int().nonnegative(),
  /** How often it went back, which decides the batches that follow. */
  attempt: z.int().nonnegative(),
  recoveries: z.array(recovery),
  learningRateScale: z.number().positive(),
  /** The lowest mean loss of a few steps, and the losses of the last few, NaN where not finite: they tell an explosion. */
  lowest: numberOrNull,
  recentLosses: numbersOrNull,
  /** LossScale's scale and steps. */
  lossScale: z.tuple([z.number().positive(), z.int().nonnegative()]),
  /** Sum and number of the losses since the last test by schedule. */
  lossSum: z.number(),
  lossCount: z.int(),
  /** Of training, tests and saving left out; and of them, waiting for batches. */
  seconds: z.number(),
  waited: z.number(),
  /** Replicas and threads of each, on which the last digits depend. */
  jobs: z.int().positive(),
  threads: z.int().positive(),
  /** Tells the recordings of the train list from others. */
  recordings: z.string(),
  tests: z.array(testResult),
});

export type RunState = z.output<typeof runState>;

export type TestResult = z.output<typeof testResult>;

/** The test with the lowest validation loss, the first of equals; undefined where there was none. */
export function bestTest({ tests }: Pick<RunState, 'tests'>): TestResult | undefined {
  return tests
    .filter(({ validationLoss }) => Number.isFinite(validationLoss))
    .reduce<TestResult | undefined>(
      (best, test) => (best === undefined || test.validationLoss < best.validationLoss ? test : best),
      undefined,
    );
}
