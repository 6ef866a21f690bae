import { dataMismatch } from '../model/data-mismatch.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import type { StudySettings } from '../search/settings.ts';

/** A schedule, and what is known of where it comes from. */
export interface KnownSchedule {
  readonly schedule: NoiseSchedule;
  /** Whether where it comes from says which clamp it is for. */
  readonly saysClamp: boolean;
  /** The settings of the search that found it, where one did. */
  readonly study?: StudySettings;
}

/**
 * Where a schedule does not fit a model, its sampler or its mels, one sentence each, with both values.
 *
 * @param what is made with it: `search`, `comparison`
 */
export function fitRemarks(
  { schedule, saysClamp, study }: KnownSchedule,
  { settings, trained }: Pick<ModelPlan, 'trained'> & { settings: Pick<StudySettings, 'clamp' | 'precision' | 'data'> },
  what: string,
): string[] {
  const { name, clamp } = schedule;
  const said = warnings(diagnose(schedule, trained)).map((sentence) => `${name}: ${sentence}`);
  if (saysClamp && clamp !== settings.clamp) {
    said.push(`${name} is meant for the clamp ${clamp}; this ${what} has ${settings.clamp}.`);
  }
  if (study !== undefined && study.precision !== settings.precision) {
    said.push(`${name} was found in ${study.precision}; this ${what} has ${settings.precision}.`);
  }
  if (study?.data !== undefined && settings.data !== undefined) {
    const { refusals, warnings: others } = dataMismatch(name, study.data, settings.data);
    said.push(...[...refusals, ...others].map((sentence) => `${sentence}.`));
  }
  return said;
}
