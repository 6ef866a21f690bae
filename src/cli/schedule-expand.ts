#!/usr/bin/env node
import { extname } from 'node:path';
import type { Options } from 'yargs';
import { InputError } from '../formats/input-error.ts';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { describeExpansion, EXPANSION_METHODS, expandSchedule } from '../schedule/expand.ts';
import { type FoundSchedule, findSchedule, presetFor, saveSchedule } from '../schedule/file.ts';
import { SCHEDULE_ENDINGS } from '../schedule/files/index.ts';
import { betaRows } from './beta-rows.ts';
import { assumedClamp, CLAMP, meantFor } from './clamp-argument.ts';
import { runCommand } from './command.ts';
import { fileBehind, parseStepCounts, shieldArrows } from './expand-arguments.ts';
import { listedModel } from './listed-model.ts';
import { plain } from './plain-text.ts';

const STANDARD_OUTPUT = 1;

const FLAGS = {
  from: {
    type: 'string',
    describe:
      "A schedule file, a preset, one of the model's schedules or a Python list; default: the preset with N steps",
  },
  model: {
    type: 'string',
    describe: 'A model folder or checkpoint, for the names of its schedules and the range it was trained on',
  },
  clamp: CLAMP,
  method: { choices: EXPANSION_METHODS, default: EXPANSION_METHODS[0], describe: 'How the steps are made' },
  out: { type: 'string', alias: 'o', describe: `A file to write the schedule to: ${SCHEDULE_ENDINGS.join(', ')}` },
} as const satisfies Record<string, Options>;

async function sourceSchedule(
  from: string | undefined,
  steps: number,
  modelFolder: string | undefined,
): Promise<FoundSchedule> {
  if (from === undefined) return { origin: 'preset', schedule: await presetFor(steps), saysClamp: true };
  const found = await findSchedule(from, { model: modelFolder });
  if (found.schedule.length === steps) return found;
  throw new InputError(`${from}: expected a schedule of ${steps} steps, got one of ${found.schedule.length}`);
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
    async run({ from, model, clamp, method, out, json, quiet }, positionals) {
      const warn = (message: string): void => {
        if (!quiet) process.stderr.write(`schedule-expand: ${message}\n`);
      };
      const outputFile = fileBehind(STANDARD_OUTPUT);
      const { source, target } = parseStepCounts(positionals, outputFile);
      const judge = model === undefined ? undefined : await listedModel(model, warn);
      const found = await sourceSchedule(from, source, judge?.folder);
      const before = meantFor(found, clamp);
      const after = expandSchedule(before, target, method);
      const provenance = { from: from ?? before.name, model, method };
      const lost = out === undefined ? [] : await saveSchedule(out, after, { provenance });

      const written = [out, outputFile].filter((path) => path !== undefined);
      const asJson = json || outputFile !== undefined;
      const isRecorded = asJson || (out !== undefined && extname(out).toLowerCase() === '.json');
      const remarks = [
        describeExpansion(before, after, judge?.trained),
        ...warnings(diagnose(after, judge?.trained)),
        ...(isRecorded ? assumedClamp(provenance.from, found, clamp) : []),
        ...written.map((path) => `Written to ${path}.`),
        ...lost,
      ].map(plain);
      if (asJson) {
        process.stdout.write(`${JSON.stringify({ ...after.toJSON(), provenance }, null, 2)}\n`);
        if (!quiet) process.stderr.write(`${remarks.join('\n')}\n`);
      } else {
        process.stdout.write(`${plain(after.name)}\n${betaRows(after.betas)}\n${remarks.join('\n')}\n`);
      }
      return 0;
    },
  },
  shieldArrows(process.argv.slice(2)),
);
