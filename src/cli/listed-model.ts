import { existsSync } from 'node:fs';
import type { TrainedRange } from '../schedule/diagnostics.ts';
import { REFERENCE_TRAINING } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';

/** A model whose schedules are known by name, and by whose training schedules are judged. */
export interface ListedModel {
  readonly folder: string;
  readonly trained: TrainedRange;
  /** What it was trained with, where its config.json is there to say it. */
  readonly training?: NoiseSchedule;
}

/**
 * A model by its folder or its checkpoint. Where it has no config.json, which `warn` is told, the range is the reference's.
 *
 * @throws {InputError} if there is no model, or its config cannot be read or does not fit
 */
export async function listedModel(path: string, warn: (message: string) => void): Promise<ListedModel> {
  // Imported only here: without a model a command needs none of it.
  const [{ modelFiles }, { loadConfig }, { trainedRangeToWarnBy, trainingSchedule }] = await Promise.all([
    import('../model/model-files.ts'),
    import('../model/load-config.ts'),
    import('../diffusion/trained-range.ts'),
  ]);
  const { folder, config } = await modelFiles(path);
  if (!existsSync(config)) {
    warn(`${config}: there is none, so the trained range is taken to be the reference's`);
    return { folder, trained: REFERENCE_TRAINING };
  }
  const loaded = await loadConfig(config);
  const { trained, remark } = trainedRangeToWarnBy(loaded, config);
  if (remark === undefined) return { folder, trained, training: trainingSchedule(loaded, config) };
  warn(remark);
  return { folder, trained };
}
