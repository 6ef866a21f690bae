#!/usr/bin/env node
import { extname } from 'node:path';
import type { Options } from 'yargs';
import { exportCheckpoint, holdsModel, isModelEnding, MODEL_ENDINGS } from '../model/export-checkpoint.ts';
import { loadSchedule, saveSchedule } from '../schedule/file.ts';
import { runCommand, UsageError } from './command.ts';

const FLAGS = {
  out: { type: 'string', alias: 'o', demandOption: true, describe: 'The file to write; its ending says the form' },
  model: { type: 'string', describe: 'FROM is a schedule, which may be one of this model folder by name' },
  config: { type: 'string', describe: 'Of a model, its config.json [default: beside the checkpoint]' },
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
      'tensor), .npy, .npz, .csv or .json. A file that is there is replaced.',
    flags: FLAGS,
    examples: [
      ['schedule-export model/ -o wavegrad.pt', 'a model for the reference'],
      ['schedule-export fastdiff-6 -o fastdiff-6.npy', 'a preset for numpy'],
      ["schedule-export '[1e-6, 2e-5, 0.5]' -o mine.json", 'a Python list as a schedule file'],
      ['schedule-export best-6 --model model/ -o best-6.pt', "a model's schedule, a tensor"],
      ['schedule-export ivanvovk-25 -o 25.pt --list', 'as a list of floats'],
    ],
    async run({ out, model, config, list, json, quiet }, positionals) {
      const [from, ...more] = positionals;
      if (from === undefined || more.length > 0) {
        throw new UsageError(`one FROM was expected, got ${positionals.length === 0 ? 'none' : positionals.join(' ')}`);
      }
      const isModel = model === undefined && (await holdsModel(from));
      const ending = extname(out).toLowerCase();
      if (list && (isModel || ending !== '.pt')) throw new UsageError('--list is for a schedule in a .pt file');
      if (config !== undefined && !isModel) throw new UsageError('--config is for a model');
      if (isModel && !isModelEnding(ending)) {
        throw new UsageError(`a model is written to a file that ends in ${MODEL_ENDINGS.join(' or ')}, got ${out}`);
      }
      const { result, text, remarks } = isModel
        ? await exportModel(from, out, config)
        : await exportSchedule(from, out, { model, list });
      process.stdout.write(`${json ? JSON.stringify({ ...result, out }, null, 2) : `${text}\nWritten to ${out}.`}\n`);
      if (!quiet) for (const remark of remarks) process.stderr.write(`${remark}\n`);
      return 0;
    },
  },
  process.argv.slice(2),
);

interface Exported {
  readonly result: object;
  readonly text: string;
  readonly remarks: readonly string[];
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

async function exportSchedule(
  from: string,
  out: string,
  { model, list }: { readonly model: string | undefined; readonly list: boolean },
): Promise<Exported> {
  const schedule = await loadSchedule(from, { model });
  const remarks = await saveSchedule(out, schedule, { list });
  const { name, length, clamp } = schedule;
  return {
    result: { kind: 'schedule', name, steps: length, clamp },
    text: `${name}: ${length} steps, for samplers with clamp ${clamp}.`,
    remarks,
  };
}
