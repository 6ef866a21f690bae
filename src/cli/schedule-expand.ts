#!/usr/bin/env node
import type { Options } from 'yargs';
import { InputError } from '../formats/input-error.ts';
import { modelFiles } from '../model/model-files.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { describeExpansion, EXPANSION_METHODS, expandSchedule } from '../schedule/expand.ts';
import { loadSchedule, presetFor, saveSchedule } from '../schedule/file.ts';
import { SCHEDULE_ENDINGS } from '../schedule/files/index.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { betaRows } from './beta-rows.ts';
import { runCommand } from './command.ts';
import { fileBehind, parseStepCounts, shieldArrows } from './expand-arguments.ts';

const STANDARD_OUTPUT = 1;

const FLAGS = {
  from: {
    type: 'string',
    describe:
      "A schedule file, a preset, one of the model's schedules or a Python list; default: the preset with N steps",
  },
  model: { type: 'string', describe: 'A model folder or checkpoint, for the names of its schedules' },
  method: { choices: EXPANSION_METHODS, default: EXPANSION_METHODS[0], describe: 'How the steps are made' },
  out: { type: 'string', alias: 'o', describe: `A file to write the schedule to: ${SCHEDULE_ENDINGS.join(', ')}` },
} as const satisfies Record<string, Options>;

async function sourceSchedule(
  from: string | undefined,
  steps: number,
  model: string | undefined,
): Promise<NoiseSchedule> {
  if (from === undefined) return presetFor(steps);
  const schedule = await loadSchedule(from, {
    model: model === undefined ? undefined : (await modelFiles(model)).folder,
  });
  if (schedule.length === steps) return schedule;
  throw new InputError(`${from}: expected a schedule of ${steps} steps, got one of ${schedule.length}`);
}

await runCommand(
  {
    name: 'schedule-expand',
    synopsis: 'N -> M',
    describe:
      'Makes a schedule of M steps from one of N. In a shell, > M makes a file named M: the schedule is written into it. ' +
      'That file is always JSON; one named by --out is what its ending says.',
    flags: FLAGS,
    examples: [
      ['schedule-expand 25 -> 50', 'into a file named 50'],
      ["schedule-expand '25 -> 50'", 'to read; so do 25 50, 25:50 and 25→50'],
      ['schedule-expand 6 12 --from lmnt-6 -o 12.pt', 'of another preset, for PyTorch'],
      ['schedule-expand 25 8 --method log-linear', 'to fewer steps'],
    ],
    async run({ from, model, method, out, json, quiet }, positionals) {
      const outputFile = fileBehind(STANDARD_OUTPUT);
      const { source, target } = parseStepCounts(positionals, outputFile);
      const before = await sourceSchedule(from, source, model);
      const after = expandSchedule(before, target, method);
      const provenance = { from: from ?? before.name, model, method };
      const lost = out === undefined ? [] : await saveSchedule(out, after, { provenance });

      const written = [out, outputFile].filter((path) => path !== undefined);
      const remarks = [
        describeExpansion(before, after),
        ...warnings(diagnose(after)),
        ...written.map((path) => `Written to ${path}.`),
        ...lost,
      ];
      if (json || outputFile !== undefined) {
        process.stdout.write(`${JSON.stringify({ ...after.toJSON(), provenance }, null, 2)}\n`);
        if (!quiet) process.stderr.write(`${remarks.join('\n')}\n`);
      } else {
        process.stdout.write(`${after.name}\n${betaRows(after.betas)}\n${remarks.join('\n')}\n`);
      }
      return 0;
    },
  },
  shieldArrows(process.argv.slice(2)),
);
