import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { checkData } from '../formats/json.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { REFERENCE_TRAINING, type TrainedRange } from '../schedule/diagnostics.ts';
import { linear } from '../schedule/generators/linear.ts';
import { MOST_STEPS, type NoiseSchedule } from '../schedule/noise-schedule.ts';

const beta = z.number().gt(0).lt(1);

/** What is not there is what the reference's own config.json says. */
const withTraining = z.object({
  training_config: z
    .object({
      training_noise_schedule: z
        .object({
          n_iter: z.int().positive().max(MOST_STEPS).default(1000),
          betas_range: z.tuple([beta, beta]).default([1e-6, 1e-2]),
        })
        .prefault({}),
    })
    .prefault({}),
});

/**
 * The schedule that a model was trained with: the linear betas of `training_config.training_noise_schedule`, `{n_iter, betas_range:
 * [lo, hi]}` (ivanvovk/WaveGrad, train.py). What is absent is the reference's, 1000 betas from 1e-6 to 1e-2.
 *
 * @param where what an error begins with, usually the path of the config. Default: config.json.
 * @throws {InputError} if n_iter is no whole number from 1 to 100,000, or the betas are none of a schedule
 */
export function trainingSchedule(
  config: Pick<WaveGradConfig, 'training_config'>,
  where = 'config.json',
): NoiseSchedule {
  const { training_config: training } = checkData(config, withTraining, where);
  const { n_iter: steps, betas_range: range } = training.training_noise_schedule;
  try {
    return linear(...range, steps);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${where}: training_config.training_noise_schedule: ${error.message}`);
  }
}

/** The noise levels that a model was trained on, those of its `trainingSchedule`, which also says the arguments and errors. */
export function trainedRange(config: Pick<WaveGradConfig, 'training_config'>, where?: string): TrainedRange {
  const { levels } = trainingSchedule(config, where);
  return { firstLevel: levels[0]!, terminalLevel: levels.at(-1)! };
}

/** A range that warnings go by, and a sentence about it where it is not what the config says. */
interface RangeToWarnBy {
  readonly trained: TrainedRange;
  readonly remark: string | undefined;
}

/**
 * The `trainedRange` of a config, for what only warns by it: where that is refused, the reference's, with a remark that says why.
 */
export function trainedRangeToWarnBy(config: Pick<WaveGradConfig, 'training_config'>, where?: string): RangeToWarnBy {
  try {
    return { trained: trainedRange(config, where), remark: undefined };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { trained: REFERENCE_TRAINING, remark: `${error.message}; the reference's range is used` };
  }
}
