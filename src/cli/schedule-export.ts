#!/usr/bin/env node
import { extname } from 'node:path';
import type { Options } from 'yargs';
import { InputError } from '../formats/input-error.ts';
import { exportCheckpoint, holdsModel, isModelEnding, MODEL_ENDINGS } from '../model/export-checkpoint.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { findSchedule, listPresets, saveSchedule } from '../schedule/file.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import { assumedClamp, CLAMP, meantFor } from './clamp-argument.ts';
import { runCommand, UsageError } from './command.ts';
import { type ListedModel, listedModel } from './listed-model.ts';
import { plain } from './plain-text.ts';

const FLAGS = {
  out: { type: 'string', alias: 'o', demandOption: true, describe: 'The file to write; its ending says the form' },
  model: {
    type: 'string',
    describe:
      'A model folder or checkpoint: FROM is a schedule, which may be one of its own by name, and is judged by its trained range',
  },
  config: { type: 'string', describe: 'Of a model, its config.json [default: beside the checkpoint]' },
  clamp: { ...CLAMP, describe: 'Of a schedule, the sampler clamp it is meant for [default: what it says, else x0]' },
  list: { type: 'boolean', default: false, describe: 'Of a schedule, a .pt as a list of Python floats, not a tensor' },
} as const satisfies Record<string, Options>;

await runCommand(
  {
    name: 'schedule-export',
    synopsis: 'FROM -o FILE',
    describe:
      'Writes a model or a schedule in the form that another program reads. FROM is a model where it is a folder, a .safetensors file ' +
      "or a PyTorch file with a state dict, and is written as .safetensors or as a .pt whose entry 'model' is what the reference's " +
      'load_state_dict takes (with strict=False, as it does: schedules are set afterwards and are not in it). Anything else is a ' +
      "schedule: a preset, a file, a Python list, or with --model the name of one of a model's own; it is written as .pt (a float32 " +
      'tensor), .npy, .npz, .csv or .json, which keeps where it comes from. A file that is there is replaced.',
    flags: FLAGS,
    examples: [
      ['schedule-export model/ -o wavegrad.pt', 'a model for the reference'],
      ['schedule-export fastdiff-6 -o fastdiff-6.npy', 'a preset for numpy'],
      ["schedule-export '[1e-6, 2e-5, 0.5]' -o mine.json", 'a Python list as a schedule file'],
      ['schedule-export best-6 --model model/ -o best-6.pt', "a model's schedule, a tensor"],
      ['schedule-export ivanvovk-25 -o 25.pt --list', 'as a list of floats'],
      ['schedule-export fastdiff-6.npy -o 6.json --clamp none', 'with the clamp, which .npy does not say'],
    ],
    async run({ out, model, config, clamp, list, json, quiet }, positionals) {
      const [from, ...more] = positionals;
      if (from === undefined || more.length > 0) {
        throw new UsageError(`one FROM was expected, got ${positionals.length === 0 ? 'none' : positionals.join(' ')}`);
      }
      const isModel = model === undefined && (await isModelFile(from, config));
      const ending = extname(out).toLowerCase();
      if (list && (isModel || ending !== '.pt')) throw new UsageError('--list is for a schedule in a .pt file');
      if (clamp !== undefined && isModel) throw new UsageError('--clamp is for a schedule');
      if (config !== undefined && !isModel) throw new UsageError('--config is for a model');
      if (isModel && !isModelEnding(ending)) {
        throw new UsageError(`a model is written to a file that ends in ${MODEL_ENDINGS.join(' or ')}, got ${out}`);
      }
      const say = (remark: string): void => {
        if (!quiet) process.stderr.write(`${plain(remark)}\n`);
      };
      const judge =
        model === undefined ? undefined : await listedModel(model, (said) => say(`schedule-export: ${said}`));
      const { result, text, remarks } = isModel
        ? await exportModel(from, out, config)
        : await exportSchedule(from, out, { judge, clamp, list });
      const told = [text, `Written to ${out}.`].map(plain).join('\n');
      process.stdout.write(`${json ? JSON.stringify({ ...result, out }, null, 2) : told}\n`);
      for (const remark of remarks) say(remark);
      return 0;
    },
  },
  process.argv.slice(2),
);

interface ScheduleOptions {
  readonly judge: ListedModel | undefined;
  readonly clamp: Clamp | undefined;
  readonly list: boolean;
}

interface Exported {
  readonly result: object;
  readonly text: string;
  readonly remarks: readonly string[];
}

/** Whether FROM is a model. What cannot be read as one is refused as a schedule, which says what to save instead. */
async function isModelFile(from: string, config: string | undefined): Promise<boolean> {
  try {
    const presets = (await listPresets()).map(({ name }) => name);
    return await holdsModel(from, presets);
  } catch (error) {
    if (config === undefined && error instanceof InputError) return false;
    throw error;
  }
}

async function exportModel(from: string, out: string, config: string | undefined): Promise<Exported> {
  const { parameterCount, iteration, source, bytes } = await exportCheckpoint(from, out, config);
  const steps = iteration === undefined ? '' : `, after ${iteration.toLocaleString('en-US')} training steps`;
  return {
    result: { kind: 'model', source, parameterCount, iteration, bytes },
    text: `${source}: ${parameterCount.toLocaleString('en-US')} parameters${steps}, as float32.`,
    remarks: [],
  };
}

async function exportSchedule(from: string, out: string, { judge, clamp, list }: ScheduleOptions): Promise<Exported> {
  const found = await findSchedule(from, { model: judge?.folder });
  const schedule = meantFor(found, clamp);
  const lost = await saveSchedule(out, schedule, { provenance: found.provenance, list });
  const { name, length } = schedule;
  return {
    result: { kind: 'schedule', name, steps: length, clamp: schedule.clamp },
    text: `${name}: ${length === 1 ? '1 step' : `${length} steps`}, for samplers with clamp ${schedule.clamp}.`,
    remarks: [
      ...(extname(out).toLowerCase() === '.json' ? assumedClamp(from, found, clamp) : []),
      ...warnings(diagnose(schedule, judge?.trained)),
      ...lost,
    ],
  };
}
