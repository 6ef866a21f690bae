import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { diagnose, type TrainedRange } from '../schedule/diagnostics.ts';
import { type FoundSchedule, findSchedule, listPresets, loadSchedule } from '../schedule/file.ts';
import { listModelSchedules } from '../schedule/model-schedules.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { studiesByLength } from '../search/studies-by-length.ts';
import { readProvenance } from './found-on.ts';
import type { ListedModel } from './listed-model.ts';
import type { ListedSchedule } from './schedule-table.ts';

const STUDIES = 'experiments';

type Warn = (message: string) => void;

/** All presets, and what studies below the working directory found; `warn` is told of those that cannot be read. */
export async function allSchedules(trained: TrainedRange, warn: Warn): Promise<ListedSchedule[]> {
  const presets = (await listPresets()).map((schedule) => ({ schedule, diagnostics: diagnose(schedule, trained) }));
  const names = existsSync(STUDIES) ? await readdir(STUDIES) : [];
  const folders = names.sort().map((name) => join(STUDIES, name));
  const studies = await Promise.all(folders.map(async (folder) => [folder, ...(await studiesByLength(folder))]));
  const paths = studies.flat().map((study) => join(study, 'best.json'));
  const found: ListedSchedule[] = [];
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    try {
      found.push(await fromFile({ schedule: await loadSchedule(path), path }, trained));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      warn(`skipped ${error.message}`);
    }
  }
  return [...presets, ...found];
}

/** The schedules that a model carries, with how they were found; `warn` is told of those that cannot be read. */
export async function carriedSchedules({ folder, trained }: ListedModel, warn: Warn): Promise<ListedSchedule[]> {
  const carried = await listModelSchedules(folder, ({ message }) => warn(`skipped ${message}`));
  return Promise.all(carried.map((schedule) => fromModel(schedule, trained)));
}

/** Schedules by what `loadSchedule` takes, in their order. */
export async function namedSchedules(
  names: readonly string[],
  trained: TrainedRange,
  model?: ListedModel,
): Promise<ListedSchedule[]> {
  const found = await Promise.all(names.map((name) => findSchedule(name, { model: model?.folder })));
  return Promise.all(numbered(found).map((each) => asListed(each, trained)));
}

/** Lists of as many betas have one name between them: from the second on, they are custom-2 (2), custom-2 (3). */
function numbered(found: readonly FoundSchedule[]): FoundSchedule[] {
  const taken = new Set(found.filter(({ origin }) => origin !== 'list').map(({ schedule }) => schedule.name));
  return found.map((each) => {
    if (each.origin !== 'list') return each;
    const { schedule } = each;
    let { name } = schedule;
    for (let count = 2; taken.has(name); count++) name = `${schedule.name} (${count})`;
    taken.add(name);
    return { ...each, schedule: schedule.with({ name }) };
  });
}

async function asListed(found: FoundSchedule, trained: TrainedRange): Promise<ListedSchedule> {
  if (found.origin === 'model') return fromModel(found, trained);
  if (found.origin === 'file') return fromFile(found, trained);
  return { schedule: found.schedule, diagnostics: diagnose(found.schedule, trained) };
}

interface InFile {
  readonly schedule: NoiseSchedule;
  readonly path: string;
}

async function fromModel({ schedule, path }: InFile, trained: TrainedRange): Promise<ListedSchedule> {
  const provenance = await readProvenance(path);
  return { schedule, diagnostics: diagnose(schedule, trained), path, alias: schedule.name, ...provenance };
}

async function fromFile({ schedule, path }: InFile, trained: TrainedRange): Promise<ListedSchedule> {
  const { heldout } = await readProvenance(path);
  return { schedule, diagnostics: diagnose(schedule, trained), path, heldout };
}
