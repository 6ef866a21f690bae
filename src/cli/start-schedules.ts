import { InputError } from '../formats/input-error.ts';
import { dataMismatch } from '../model/data-mismatch.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { FAMILIES, makeFamily, parseFamily } from '../schedule/families.ts';
import { findSchedule } from '../schedule/file.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { readBest } from '../search/outcome.ts';
import type { SearchPlan } from '../search/plan.ts';
import { type StudySettings, studySettings } from '../search/settings.ts';
import { sameBetas } from '../search/trial.ts';
import { plain } from './plain-text.ts';

/** A schedule that a search starts from. */
export interface Start {
  readonly schedule: NoiseSchedule;
  /** Whether where it comes from says which clamp it is for. */
  readonly saysClamp: boolean;
  /** The settings of the search that found it, where one did. */
  readonly study?: StudySettings;
}

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
export async function startSchedules(names: readonly string[], options: StartOptions): Promise<Start[]> {
  const starts = await Promise.all(names.map((name) => start(name, options)));
  return starts.filter(({ schedule }, i) => {
    return starts.findIndex((other) => sameBetas(other.schedule.betas, schedule.betas)) === i;
  });
}

async function start(name: string, { steps, modelFolder, recorded = [] }: StartOptions): Promise<Start> {
  const family = parseFamily(name);
  if (family) return { schedule: makeFamily(family.name, steps, family.range), saysClamp: false };
  const found = await findSchedule(name, { model: modelFolder }).catch((error: unknown) => {
    const isName = error instanceof InputError && /^[\w-]+$/.test(name);
    throw isName ? new InputError(`${error.message}, or a family: ${Object.keys(FAMILIES).join(', ')}`) : error;
  });
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

/** A file by its own name where that says more than what it holds does. */
function labelOf({ schedule, path }: { readonly schedule: NoiseSchedule; readonly path: string }): string {
  return path.includes(schedule.name) ? schedule.name : `${schedule.name} (${path})`;
}

/** Where the schedules that a search starts from do not fit it, one sentence each, with both values. */
export function startRemarks(starts: readonly Start[], { settings, trained }: SearchPlan): string[] {
  return starts.flatMap(({ schedule, saysClamp, study }) => {
    const { name, clamp } = schedule;
    const said = warnings(diagnose(schedule, trained)).map((sentence) => `${name}: ${sentence}`);
    if (saysClamp && clamp !== settings.clamp) {
      said.push(`${name} is meant for the clamp ${clamp}; this search has ${settings.clamp}.`);
    }
    if (study !== undefined && study.precision !== settings.precision) {
      said.push(`${name} was found in ${study.precision}; this search has ${settings.precision}.`);
    }
    if (study?.data !== undefined && settings.data !== undefined) {
      const { refusals, warnings: others } = dataMismatch(name, study.data, settings.data);
      said.push(...[...refusals, ...others].map((sentence) => `${sentence}.`));
    }
    return said;
  });
}
