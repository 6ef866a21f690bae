import { readdir, realpath } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { loadScheduleFile } from './files/load.ts';
import type { FiledSchedule } from './files/schedule-parts.ts';
import { PRESETS } from './presets-folder.ts';

/** A schedule that a model folder carries, under the name of its file. */
export interface ModelSchedule extends FiledSchedule {
  /** The name of its file without the ending, whatever the file says. */
  readonly name: string;
  readonly path: string;
}

/** What a schedule can be called, so that it is no path. */
export const SCHEDULE_NAME = /^[^/\\.]+$/;

/**
 * The schedules in a model folder's `schedules/*.json`, by number of steps, then name; none where it has no such folder.
 *
 * @param unreadable told of each file that is no schedule or whose name has a dot; the others are listed all the same.
 */
export async function listModelSchedules(
  folder: string,
  unreadable: (error: InputError) => void = () => {},
): Promise<ModelSchedule[]> {
  const found: ModelSchedule[] = [];
  for (const name of await fileNames(folder)) {
    try {
      found.push(await loadNamed(folder, name));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      unreadable(error);
    }
  }
  return found.sort((a, b) => a.schedule.length - b.schedule.length || (a.name < b.name ? -1 : 1));
}

/** The names that `loadModelSchedule` knows, sorted. */
export async function modelScheduleNames(folder: string): Promise<string[]> {
  return (await fileNames(folder)).filter((name) => SCHEDULE_NAME.test(name));
}

/** A model's schedule by its name, or undefined. @throws {InputError} with the path, if the file holds no schedule. */
export async function loadModelSchedule(folder: string, name: string): Promise<ModelSchedule | undefined> {
  return (await modelScheduleNames(folder)).includes(name) ? loadNamed(folder, name) : undefined;
}

async function loadNamed(folder: string, name: string): Promise<ModelSchedule> {
  const path = join(folder, 'schedules', `${name}.json`);
  if (!SCHEDULE_NAME.test(name)) throw new InputError(`${path}: expected a name without a dot, got ${name}`);
  const filed = await loadScheduleFile(path);
  return { ...filed, name, path, schedule: filed.schedule.with({ name }) };
}

/** Whether a model lies beside the package's own `schedules/`, which are presets and not of that model. */
export async function liesAmongPresets(folder: string): Promise<boolean> {
  const real = (path: string) => realpath(path).catch(() => undefined);
  const schedules = await real(join(folder, 'schedules'));
  return schedules !== undefined && schedules === (await real(PRESETS));
}

async function fileNames(folder: string): Promise<string[]> {
  if (await liesAmongPresets(folder)) return [];
  const files = await readdir(join(folder, 'schedules')).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
    throw error;
  });
  return files
    .filter((file) => extname(file) === '.json')
    .map((file) => basename(file, '.json'))
    .sort();
}
