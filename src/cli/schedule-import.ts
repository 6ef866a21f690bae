#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Options } from 'yargs';
import { trainedRangeToWarnBy, trainingSchedule } from '../diffusion/trained-range.ts';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { modelCard, type TrainedNoise } from '../model/card.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { type ImportedCheckpoint, importCheckpoint } from '../model/import-checkpoint.ts';
import { MODEL_NAME, modelFiles } from '../model/model-files.ts';
import { saveSchedule } from '../schedule/file.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { runCommand, UsageError } from './command.ts';

const SCHEDULES = 'schedules';

const FLAGS = {
  out: { type: 'string', alias: 'o', demandOption: true, describe: 'The folder of the model to make' },
  config: { type: 'string', describe: "The config.json of the checkpoint's training [default: beside the checkpoint]" },
  half: { type: 'boolean', default: false, describe: 'Round the weights to float16, for half the size' },
  force: { type: 'boolean', default: false, describe: 'Write into a folder that has other content' },
} as const satisfies Record<string, Options>;

/** The schedule of the checkpoint's buffers; a remark where they hold none. */
function bufferedSchedule({ betas, source }: ImportedCheckpoint): NoiseSchedule | string | undefined {
  if (betas === undefined) return undefined;
  const about = { name: `checkpoint-${betas.length}`, source: `the buffers of ${source.name}` };
  try {
    return NoiseSchedule.fromBetas(betas, { ...about, asPublished: betas.some((beta) => beta <= 0) });
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `The checkpoint's buffer betas holds no schedule: ${error.message}.`;
  }
}

/** What the card says of the training's noise. The reference's defaults fill up what a config says, but not one that is silent. */
function trainedNoise(config: WaveGradConfig): TrainedNoise | string {
  if (config.training_config?.training_noise_schedule === undefined) return 'not said by the config';
  try {
    const { length: steps, betas, levels } = trainingSchedule(config);
    const [firstBeta, lastBeta] = [betas[0]!, betas.at(-1)!];
    return { steps, firstBeta, lastBeta, firstLevel: levels[0]!, terminalLevel: levels.at(-1)! };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return `not known: ${error.message}`;
  }
}

/** Throws an InputError where something of the folder would be lost; `schedules/` may be there already. */
async function checkFolder(folder: string, schedulePath: string | undefined): Promise<void> {
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    throw new InputError(`${folder}: expected a folder for the model, got ${code === 'ENOTDIR' ? 'a file' : message}`);
  }
  const others = names.filter((name) => name !== SCHEDULES).toSorted();
  if (schedulePath !== undefined && existsSync(schedulePath)) others.push(join(SCHEDULES, basename(schedulePath)));
  if (others.length > 0) {
    const shown =
      others.length > 3 ? `${others.slice(0, 3).join(', ')} and ${others.length - 3} more` : others.join(', ');
    throw new InputError(`${folder}: expected a new or empty folder, got one with ${shown}; --force writes into it`);
  }
}

async function writeModel(
  folder: string,
  { weights, ...imported }: ImportedCheckpoint,
  schedule: NoiseSchedule | undefined,
): Promise<void> {
  const known = schedule === undefined ? undefined : { name: schedule.name, steps: schedule.length };
  const card = modelCard({ ...imported, schedule: known, trained: trainedNoise(imported.config) });
  try {
    await mkdir(folder, { recursive: true });
    await writeWhole(join(folder, MODEL_NAME), weights);
    await writeWhole(join(folder, 'config.json'), `${JSON.stringify(imported.config, null, 2)}\n`);
    await writeWhole(join(folder, 'README.md'), card);
    if (schedule !== undefined) {
      const { name, sha256 } = imported.source;
      await saveSchedule(schedulePathIn(folder, schedule), schedule, { provenance: { from: name, sha256 } });
    }
  } catch (error) {
    throw new InputError(`${folder}: the model cannot be written here: ${(error as Error).message}`, { cause: error });
  }
}

function schedulePathIn(folder: string, { name }: NoiseSchedule): string {
  return join(folder, SCHEDULES, `${name}.json`);
}

function summary(imported: ImportedCheckpoint, schedule: NoiseSchedule | undefined, folder: string): string[] {
  const { source, parameterCount, iteration, precision, fromFloat64, prefix } = imported;
  const { sample_rate: rate, hop_length: hop, n_mels: bands, f_min: lo, f_max: hi } = imported.config.data_config;
  const steps = iteration === undefined ? '' : `, after ${iteration.toLocaleString('en-US')} training steps`;
  return [
    `${source.name}: ${parameterCount.toLocaleString('en-US')} parameters${steps}, written as ${precision}.`,
    `${rate} Hz, hop ${hop}, ${bands} mel bands from ${lo} to ${hi} Hz.`,
    ...(fromFloat64 ? [`Its float64 weights were rounded to ${precision}.`] : []),
    ...(prefix === '' ? [] : [`Its names begin with ${prefix}, which is left out.`]),
    ...(schedule === undefined ? [] : [`The schedule in its buffers, ${schedule.length} steps, is ${schedule.name}.`]),
    `Model: ${folder}`,
  ];
}

await runCommand(
  {
    name: 'schedule-import',
    synopsis: 'CHECKPOINT -o FOLDER',
    describe:
      'Makes a model folder from a checkpoint of ivanvovk/WaveGrad: its weights as safetensors, its config, and a card with where ' +
      'they come from. A schedule in its buffers is saved with the model. The checkpoint is PyTorch .pt or .safetensors, with ' +
      'optimizer and iteration or without; nothing in it is run. All is checked before anything is written.',
    flags: FLAGS,
    examples: [
      ['schedule-import checkpoint.pt -o model/', 'with the config.json beside it'],
      ['schedule-import lj.pt -o lj/ --config config.json', 'with a config by name'],
      ['schedule-import checkpoint.pt -o small/ --half', 'as float16'],
      ['schedule-import checkpoint.pt -o model/ --force', 'once more, into the same folder'],
    ],
    async run({ out, config, half, force, json, quiet }, positionals) {
      const [path, ...more] = positionals;
      if (path === undefined || more.length > 0) {
        throw new UsageError(
          `one checkpoint was expected, got ${positionals.length === 0 ? 'none' : positionals.join(' ')}`,
        );
      }
      const imported = await importCheckpoint(path, { config, half });
      const buffered = bufferedSchedule(imported);
      const schedule = typeof buffered === 'string' ? undefined : buffered;
      const schedulePath = schedule === undefined ? undefined : schedulePathIn(out, schedule);
      if (!force) await checkFolder(out, schedulePath);
      await writeModel(out, imported, schedule);

      const { remark } = trainedRangeToWarnBy(imported.config, config ?? (await modelFiles(path)).config);
      for (const sentence of quiet ? [] : [buffered, remark]) {
        if (typeof sentence === 'string') process.stderr.write(`${sentence}\n`);
      }
      const { weights: _, betas: __, ...facts } = imported;
      const result = { folder: out, ...facts, schedule: schedule && { name: schedule.name, steps: schedule.length } };
      process.stdout.write(`${json ? JSON.stringify(result, null, 2) : summary(imported, schedule, out).join('\n')}\n`);
      return 0;
    },
  },
  process.argv.slice(2),
);
