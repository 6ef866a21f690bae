import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { hasScheduleEnding, writeScheduleFile } from './files/index.ts';
import { loadScheduleFile } from './files/load.ts';
import { isPythonList, parsePythonList } from './files/python-list.ts';
import type { SaveOptions } from './files/schedule-form.ts';
import type { FiledSchedule } from './files/schedule-parts.ts';
import { loadModelSchedule, modelScheduleNames, SCHEDULE_NAME } from './model-schedules.ts';
import { NoiseSchedule, type ScheduleJson } from './noise-schedule.ts';
import { PRESETS } from './presets-folder.ts';

/** A schedule with what its file says beside it, and where it was found. */
export type FoundSchedule = FiledSchedule &
  ({ readonly origin: 'list' | 'preset' } | { readonly origin: 'model' | 'file'; readonly path: string });

interface FindOptions {
  /** A model folder, whose `schedules/` names are known too. Default: none. */
  readonly model?: string;
}

/**
 * A schedule by what names it:
 *
 * - betas as a Python list: `[1e-6, 2e-5]`, `(1e-6, 2e-5)`, `1e-6,2e-5`, `torch.tensor([…])`, `np.array([…])`, unless there is a
 *   file of that name with an ending that says a form;
 * - a name, with neither slash nor dot: one of the model's schedules, or else a preset. Both go before a file of that name;
 * - else the path of a file: `.pt` (`.pth`), `.npy`, `.npz` and `.csv` by the ending, any other as JSON (see `files/`).
 *
 * A file without a name is named after itself, a list `custom-N`.
 *
 * @param options.model a model folder, whose `schedules/` names are known too. Default: none.
 * @throws {InputError} if nothing is named so, or it is no schedule.
 */
export async function loadSchedule(nameOrPathOrList: string, options: FindOptions = {}): Promise<NoiseSchedule> {
  return (await findSchedule(nameOrPathOrList, options)).schedule;
}

/** `loadSchedule`, which says the arguments and errors, with what else is known of the schedule. */
export async function findSchedule(text: string, { model }: FindOptions = {}): Promise<FoundSchedule> {
  if (isPythonList(text) && !(hasScheduleEnding(text) && (await isFile(text)))) {
    return { origin: 'list', schedule: NoiseSchedule.fromBetas(parsePythonList(text)), saysClamp: false };
  }
  if (SCHEDULE_NAME.test(text)) {
    const ofModel = model === undefined ? undefined : await loadModelSchedule(model, text);
    if (ofModel) return { ...ofModel, origin: 'model' };
    const presets = await presetNames();
    if (presets.includes(text)) return { schedule: await loadPresetFile(text), saysClamp: true, origin: 'preset' };
    if (!(await isFile(text))) throw await unknownName(text, presets, model);
  }
  return { ...(await loadScheduleFile(text)), origin: 'file', path: text };
}

/**
 * Writes a schedule by the path's ending, whole or not at all: `.json`, `.pt`, `.npy`, `.npz` or `.csv`, each of which `loadSchedule`
 * reads back. Returns what of it the file does not hold, one sentence each: the rounding to float32 in a `.pt` tensor, and a clamp
 * other than `x0` anywhere but in JSON. Names, sources and provenance are only in JSON, which is not remarked on.
 *
 * @throws {InputError} if the ending is unknown, or the schedule is none once it is rounded.
 */
export async function saveSchedule(
  path: string,
  schedule: NoiseSchedule,
  options: SaveOptions = {},
): Promise<readonly string[]> {
  const { content, remarks } = await writeScheduleFile(path, schedule, options);
  await writeWhole(path, content);
  return remarks;
}

/** Every schedule shipped with the package, by number of steps; of equal ones the reference's (ivanvovk) first. */
export async function listPresets(): Promise<NoiseSchedule[]> {
  const names = await presetNames();
  const presets = await Promise.all(names.map(loadPresetFile));
  const rank = ({ name }: NoiseSchedule) => (name.startsWith('ivanvovk-') ? 0 : 1);
  return presets.sort((a, b) => a.length - b.length || rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** @throws {InputError} if there is no preset of that name; the sentence lists them. */
export async function loadPreset(name: string): Promise<NoiseSchedule> {
  const names = await presetNames();
  if (!names.includes(name)) throw await unknownName(name, names);
  return loadPresetFile(name);
}

/**
 * The preset with that many steps, the reference's (ivanvovk) where there are several.
 *
 * @throws {InputError} if there is none; the sentence lists the numbers of steps there are.
 */
export async function presetFor(steps: number): Promise<NoiseSchedule> {
  const presets = await listPresets();
  const found = presets.find((preset) => preset.length === steps);
  if (found) return found;
  const known = [...new Set(presets.map((preset) => preset.length))].join(', ');
  throw new InputError(`presets: expected a number of steps among ${known}, got ${steps}`);
}

async function unknownName(name: string, presets: readonly string[], model?: string): Promise<InputError> {
  const ofModel = model === undefined ? [] : await modelScheduleNames(model);
  const theModels = model === undefined ? '' : `, a schedule of ${model} (${ofModel.join(', ') || 'it has none'})`;
  return new InputError(
    `${name}: expected a path (with a slash or an ending)${theModels} or a preset: ${presets.join(', ')}`,
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (info) => info.isFile(),
    () => false,
  );
}

async function presetNames(): Promise<string[]> {
  const files = await readdir(PRESETS);
  return files
    .filter((file) => extname(file) === '.json')
    .map((file) => basename(file, '.json'))
    .sort();
}

// What ships with the package is known to fit its schema: without the check a listing starts in two thirds of the time.
async function loadPresetFile(name: string): Promise<NoiseSchedule> {
  const { betas, ...about } = JSON.parse(await readFile(`${PRESETS}${name}.json`, 'utf8')) as ScheduleJson;
  return NoiseSchedule.fromBetas(betas, about);
}
