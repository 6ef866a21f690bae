import { InputError } from '../formats/input-error.ts';
import { dataMismatch } from '../model/data-mismatch.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { makeFamily, parseFamily } from '../schedule/families.ts';
import { loadSchedule } from '../schedule/file.ts';
import { loadModelSchedule } from '../schedule/model-schedules.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { readBest } from '../search/outcome.ts';
import type { SearchPlan } from '../search/plan.ts';
import { type StudySettings, studySettings } from '../search/settings.ts';

/**
 * The schedules that a search starts from, each of that many steps: families by name, with or without a range (`karras:1e-3:0.7`),
 * and whatever else `loadSchedule` takes.
 *
 * @throws InputError for one that cannot be made or read, or that has another number of steps
 */
export async function startSchedules(
  names: readonly string[],
  steps: number,
  modelFolder: string,
): Promise<NoiseSchedule[]> {
  return Promise.all(
    names.map(async (name) => {
      const family = parseFamily(name);
      const schedule = family
        ? makeFamily(family.name, steps, family.range)
        : await loadSchedule(name, { model: modelFolder });
      if (schedule.length === steps) return schedule;
      throw new InputError(
        `${name}: a schedule of ${steps} steps was expected to start from, got one of ${schedule.length}; schedule-expand makes others`,
      );
    }),
  );
}

/** Where the schedules that a search starts from do not fit it, one sentence each, with both values. */
export async function startRemarks(
  names: readonly string[],
  starts: readonly NoiseSchedule[],
  { settings, trained }: SearchPlan,
  modelFolder: string,
): Promise<string[]> {
  const remarks = names.map(async (name, i) => {
    const schedule = starts[i]!;
    const said = warnings(diagnose(schedule, trained)).map((sentence) => `${schedule.name}: ${sentence}`);
    const isFamily = parseFamily(name) !== undefined;
    if (!isFamily && schedule.clamp !== settings.clamp) {
      said.push(`${schedule.name} is meant for the clamp ${schedule.clamp}; this search has ${settings.clamp}.`);
    }
    const study = isFamily ? undefined : await studyOf(name, modelFolder);
    if (study === undefined) return said;
    if (study.precision !== settings.precision) {
      said.push(`${schedule.name} was found in ${study.precision}; this search has ${settings.precision}.`);
    }
    if (study.data !== undefined && settings.data !== undefined) {
      const { refusals, warnings: others } = dataMismatch(schedule.name, study.data, settings.data);
      said.push(...[...refusals, ...others].map((sentence) => `${sentence}.`));
    }
    return said;
  });
  return (await Promise.all(remarks)).flat();
}

/** The study that found the schedule of a name or a file, if one did. */
async function studyOf(name: string, modelFolder: string): Promise<StudySettings | undefined> {
  const path = (await loadModelSchedule(modelFolder, name))?.path ?? name;
  const best = await readBest(path).catch(() => undefined);
  return studySettings.safeParse(best?.study).data;
}
