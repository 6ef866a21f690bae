import { extname } from 'node:path';
import { InputError } from '../../formats/input-error.ts';
import type { NoiseSchedule } from '../noise-schedule.ts';
import type { SaveOptions, ScheduleForm, WrittenSchedule } from './schedule-form.ts';
import { checkSteps, type FiledSchedule, scheduleOf } from './schedule-parts.ts';

// Loaded when one comes: what they stand on takes longer to load than everything else that a listing of presets needs.
const FORMS: Readonly<Record<string, () => Promise<ScheduleForm>>> = {
  '.json': async () => (await import('./json.ts')).json,
  '.pt': async () => (await import('./pytorch.ts')).pytorch,
  '.npy': async () => (await import('./npy.ts')).npy,
  '.npz': async () => (await import('./npz.ts')).npz,
  '.csv': async () => (await import('./csv.ts')).csv,
};

/** The endings by which a schedule is written, and read in a form of their own. */
export const SCHEDULE_ENDINGS: readonly string[] = Object.keys(FORMS);

/** Other names that a form goes by; only read. */
const ALIASES: Readonly<Record<string, string>> = { '.pth': '.pt' };

/** Whether a path's ending (of any case) says a form of its own. */
export function hasScheduleEnding(path: string): boolean {
  return formEnding(path) in FORMS;
}

/**
 * What a file's bytes hold, in the form that the path's ending says (of any case); `.pth` is `.pt`, any other ending is read as JSON.
 *
 * @throws {InputError} that begins with the path, if they do not hold a schedule.
 */
export async function readScheduleFile(bytes: Uint8Array, path: string): Promise<FiledSchedule> {
  const form = await (FORMS[formEnding(path)] ?? FORMS['.json']!)();
  return scheduleOf(form.read(bytes, path), path);
}

/**
 * A schedule as the content of a file, in the form that the path's ending says.
 *
 * @throws {InputError} that begins with the path, if the ending is unknown or the form cannot hold the schedule.
 */
export async function writeScheduleFile(
  path: string,
  schedule: NoiseSchedule,
  options: SaveOptions = {},
): Promise<WrittenSchedule> {
  checkSteps(schedule.length, path);
  const form = await FORMS[ending(path)]?.();
  if (form === undefined) {
    const got = ending(path) || 'none';
    throw new InputError(`${path}: expected one of the endings ${SCHEDULE_ENDINGS.join(', ')}, got ${got}`);
  }
  const { content, remarks } = form.write(schedule, path, options);
  const lost = ending(path) !== '.json' && schedule.clamp !== 'x0';
  const sentence = `The clamp, ${schedule.clamp}, is not in a ${ending(path)} file; .json keeps it.`;
  return { content, remarks: lost ? [...remarks, sentence] : remarks };
}

function formEnding(path: string): string {
  return ALIASES[ending(path)] ?? ending(path);
}

function ending(path: string): string {
  return extname(path).toLowerCase();
}
