import { readdir, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { checkData } from '../formats/json.ts';
import { type PyTorchValue, readPyTorch } from '../formats/pytorch.ts';
import { readInput } from '../formats/read-input.ts';
import { isTensor } from '../formats/tensor.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { type AboutSchedule, CLAMPS, NoiseSchedule } from './noise-schedule.ts';

// The same depth below the package's root in src/ and in dist/.
const PRESETS = fileURLToPath(new URL('../../schedules/', import.meta.url));

// A schedule of 100,000 steps takes about 3 MB; a checkpoint given by mistake is not read to its end.
const MOST_BYTES = 2 ** 24;

const scheduleJson = z.strictObject({
  name: z.string().optional(),
  source: z.string().optional(),
  clamp: z.enum(CLAMPS).optional(),
  asPublished: z.literal(true).optional(),
  betas: z.array(z.number()),
  provenance: z.record(z.string(), z.unknown()).optional(),
});

/**
 * The schedule of a file, or a preset. A preset's name has neither slash nor dot and goes before a file; everything else is a path:
 *
 * - `.pt`: what PyTorch saved of a list of floats, a list of 0-dimensional tensors, or a one-dimensional tensor;
 * - otherwise JSON: `{name?, source?, clamp?, asPublished?, betas, provenance?}` or a bare array of betas.
 *
 * A file without a name is named after itself.
 *
 * @throws {InputError} if there is no such file or preset, or it does not hold a schedule.
 */
export async function loadSchedule(pathOrPresetName: string): Promise<NoiseSchedule> {
  const isName = /^[^/\\.]+$/.test(pathOrPresetName);
  if (isName && ((await presetNames()).includes(pathOrPresetName) || !(await isFile(pathOrPresetName)))) {
    return loadPreset(pathOrPresetName);
  }
  return loadFile(pathOrPresetName);
}

/** Writes a schedule as JSON that `loadSchedule` reads back, whole or not at all; provenance is any JSON object. */
export async function saveSchedule(
  path: string,
  schedule: NoiseSchedule,
  provenance?: Readonly<Record<string, unknown>>,
): Promise<void> {
  await writeWhole(path, `${JSON.stringify({ ...schedule.toJSON(), provenance }, null, 2)}\n`);
}

/** Every schedule shipped with the package, by number of steps; of equal ones the reference's (ivanvovk) first. */
export async function listPresets(): Promise<NoiseSchedule[]> {
  const names = await presetNames();
  const presets = await Promise.all(names.map((name) => loadFile(presetPath(name))));
  const rank = ({ name }: NoiseSchedule) => (name.startsWith('ivanvovk-') ? 0 : 1);
  return presets.sort((a, b) => a.length - b.length || rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
}

/** @throws {InputError} if there is no preset of that name; the sentence lists them. */
export async function loadPreset(name: string): Promise<NoiseSchedule> {
  const names = await presetNames();
  if (!names.includes(name)) {
    throw new InputError(`${name}: expected a path (with a slash or an ending) or a preset: ${names.join(', ')}`);
  }
  return loadFile(presetPath(name));
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

function presetPath(name: string): string {
  return `${PRESETS}${name}.json`;
}

async function loadFile(path: string): Promise<NoiseSchedule> {
  const bytes = await readInput(path, 'the schedule', MOST_BYTES);
  const { betas, ...about } = extname(path) === '.pt' ? fromPyTorch(bytes, path) : fromJson(bytes, path);
  try {
    return NoiseSchedule.fromBetas(betas, { ...about, name: about.name ?? basename(path, extname(path)) });
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${path}: ${error.message}`) : error;
  }
}

type ScheduleParts = AboutSchedule & { readonly betas: readonly number[] };

function fromJson(bytes: Uint8Array, path: string): ScheduleParts {
  const json = parseBytes(bytes, path);
  return checkData(Array.isArray(json) ? { betas: json } : json, scheduleJson, path);
}

function parseBytes(bytes: Uint8Array, path: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new InputError(`${path}: expected a schedule as JSON or a PyTorch .pt file, got neither`);
  }
}

function fromPyTorch(bytes: Uint8Array, path: string): ScheduleParts {
  const betas = pyTorchBetas(readPyTorch(bytes, path));
  if (betas === undefined) {
    throw new InputError(`${path}: expected a list of numbers or a one-dimensional tensor, got something else`);
  }
  return { betas, source: basename(path), asPublished: betas.some((beta) => beta <= 0) };
}

function pyTorchBetas(saved: PyTorchValue): number[] | undefined {
  if (isTensor(saved)) return saved.shape.length === 1 ? [...saved.toFloat64()] : undefined;
  if (!Array.isArray(saved)) return undefined;
  const betas = saved.map((element) => {
    if (isTensor(element)) return element.shape.length === 0 ? element.toFloat64()[0] : undefined;
    return typeof element === 'number' ? element : undefined;
  });
  return betas.every((beta) => beta !== undefined) ? betas : undefined;
}
