import { InputError } from '../formats/input-error.ts';
import { makeFamily, parseFamily } from '../schedule/families.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { readBest } from '../search/outcome.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import { type StudySettings, studySettings } from '../search/settings.ts';
import { sameBetas } from '../search/trial.ts';
import { fitRemarks, type KnownSchedule } from './fit-remarks.ts';
import { namedSchedule } from './named-schedule.ts';
import { plain } from './plain-text.ts';

interface StartOptions {
  readonly steps: number;
  readonly modelFolder: string;
  /** The starts of the study that the search may go on with: what a model's name meant then, it means still. */
  readonly recorded?: StudySettings['from'];
}

/**
 * The schedules that a search starts from, each of that many steps and none twice: families by name, with or without a range
 * (`karras:1e-3:0.7`), and whatever else `loadSchedule` takes.
 *
 * @throws InputError for one that cannot be made or read, or that has another number of steps
 */
export async function startSchedules(names: readonly string[], options: StartOptions): Promise<KnownSchedule[]> {
  const starts = await Promise.all(names.map((name) => start(name, options)));
  return starts.filter(({ schedule }, i) => {
    return starts.findIndex((other) => sameBetas(other.schedule.betas, schedule.betas)) === i;
  });
}

async function start(name: string, { steps, modelFolder, recorded = [] }: StartOptions): Promise<KnownSchedule> {
  const family = parseFamily(name);
  if (family) return { schedule: makeFamily(family.name, steps, family.range), saysClamp: false };
  const found = await namedSchedule(name, modelFolder);
  const { saysClamp } = found;
  // The winner will be called found-N too.
  const schedule = found.origin === 'file' ? found.schedule.with({ name: plain(labelOf(found)) }) : found.schedule;
  if (schedule.length !== steps) {
    throw new InputError(
      `${name}: a schedule of ${steps} steps was expected to start from, got one of ${schedule.length}; schedule-expand makes others`,
    );
  }
  const best = 'path' in found ? await readBest(found.path).catch(() => undefined) : undefined;
  const study = studySettings.safeParse(best?.study).data;
  const known = found.origin === 'model' ? recorded.find((earlier) => earlier.name === schedule.name) : undefined;
  return { schedule: known ? NoiseSchedule.fromBetas(known.betas, schedule) : schedule, saysClamp, study };
}

/**
 * The same for searches of several numbers of steps, by number of steps: a family is made for each, and whatever else is named has one of them.
 *
 * @param counts at least one
 */
export async function startsByLength(
  names: readonly string[],
  counts: readonly number[],
  options: Omit<StartOptions, 'steps'>,
): Promise<ReadonlyMap<number, KnownSchedule[]>> {
  const known = await Promise.all(
    names.map(async (name) => ({
      name,
      length: parseFamily(name) ? undefined : (await namedSchedule(name, options.modelFolder)).schedule.length,
    })),
  );
  const other = known.find(({ length }) => length !== undefined && !counts.includes(length));
  if (other !== undefined) {
    throw new InputError(
      `${other.name}: a schedule of ${counts.join(', ')} steps was expected to start from, got one of ${other.length}; schedule-expand makes others`,
    );
  }
  const entries = counts.map(async (steps) => {
    const own = known.filter(({ length = steps }) => length === steps).map(({ name }) => name);
    return [steps, await startSchedules(own, { ...options, steps })] as const;
  });
  return new Map(await Promise.all(entries));
}

/** A file by its own name where that says more than what it holds does. */
function labelOf({ schedule, path }: { readonly schedule: NoiseSchedule; readonly path: string }): string {
  return path.includes(schedule.name) ? schedule.name : `${schedule.name} (${path})`;
}

/** Where the schedules that a search starts from do not fit it, one sentence each, with both values. */
export function startRemarks(starts: readonly KnownSchedule[], plan: ModelPlan): string[] {
  return starts.flatMap((start) => fitRemarks(start, plan, 'search'));
}
