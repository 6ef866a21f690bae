import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type FolderLock, lockFolder } from '../formats/folder-lock.ts';
import { InputError } from '../formats/input-error.ts';
import { writeFault } from '../formats/write-fault.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { loadConfig } from '../model/load-config.ts';
import { checkpointFolder, listCheckpoints } from './checkpoints.ts';
import { parseTraining } from './training-config.ts';

/** Differences in these do not make another run. */
const NOT_IDENTITY = [
  'logdir',
  'continueTraining',
  'trainFilelistPath',
  'testFilelistPath',
  'nEpoch',
  'nSamplesToTest',
  'testInterval',
  'keepCheckpoints',
  'testNoiseSchedule',
] as const;

/**
 * The folder that a training with this config goes on in, or begins in.
 *
 * @param wanted its name; with `fresh` and a run there, the first free one of wanted-2, wanted-3, …
 * @throws InputError that names the difference where the folder holds a run of another config, or where it is none
 */
export async function openRun(
  wanted: string,
  config: WaveGradConfig,
  configPath: string,
  { fresh }: { readonly fresh: boolean },
): Promise<string> {
  if (fresh) return unusedFolder(wanted);
  const info = await stat(wanted).catch(() => undefined);
  if (info?.isDirectory() === false) throw new InputError(`${wanted}: expected a folder for the run, got a file`);
  const last = (await listCheckpoints(wanted)).at(-1);
  if (last === undefined) return wanted;
  // Not the run's own, which is written after its first checkpoint.
  const earlierPath = join(checkpointFolder(wanted, last), 'config.json');
  const earlier = identity(await loadConfig(earlierPath), earlierPath);
  const difference = firstDifference(earlier, identity(config, configPath));
  if (difference === undefined) return wanted;
  const { field, before, now } = difference;
  throw new InputError(
    `${wanted}: this run was made with ${field} ${JSON.stringify(before)}, but ${configPath} has ${JSON.stringify(now)}; ` +
      '--logdir names another folder, --fresh begins another run beside this one',
  );
}

/** Takes a run's folder, which is made where there is none, for this process alone; an InputError where another training has it. */
export async function lockRun(folder: string): Promise<FolderLock> {
  try {
    await mkdir(folder, { recursive: true });
    const by = 'another training is writing this run';
    return await lockFolder(folder, { name: 'training.lock', by, instead: 'name another --logdir' });
  } catch (error) {
    throw writeFault(folder, error);
  }
}

async function unusedFolder(wanted: string): Promise<string> {
  for (let n = 1; ; n++) {
    const folder = n === 1 ? wanted : `${wanted}-${n}`;
    if ((await stat(folder).catch(() => undefined)) === undefined) return folder;
  }
}

function identity(config: WaveGradConfig, where: string): Record<string, Record<string, unknown>> {
  const training: Record<string, unknown> = { ...parseTraining(config, where).training };
  for (const field of NOT_IDENTITY) delete training[field];
  return { model_config: config.model_config, data_config: config.data_config, training_config: training };
}

function firstDifference(before: ReturnType<typeof identity>, now: ReturnType<typeof identity>) {
  for (const section of Object.keys(before)) {
    const fields = new Set([...Object.keys(before[section]!), ...Object.keys(now[section]!)]);
    for (const field of fields) {
      const [a, b] = [before[section]![field], now[section]![field]];
      if (!isDeepStrictEqual(a, b)) return { field: `${section}.${snake(field)}`, before: a ?? null, now: b ?? null };
    }
  }
  return undefined;
}

function snake(field: string): string {
  return field.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
