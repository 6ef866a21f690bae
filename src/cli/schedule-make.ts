#!/usr/bin/env node
import { extname } from 'node:path';
import type { Options } from 'yargs';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { defaultRange, FAMILIES, type FamilyRange, makeFamily } from '../schedule/families.ts';
import { saveSchedule } from '../schedule/file.ts';
import { SCHEDULE_ENDINGS } from '../schedule/files/index.ts';
import { formula } from '../schedule/generators/formula.ts';
import { CLAMPS, type NoiseSchedule } from '../schedule/noise-schedule.ts';
import { betaRows } from './beta-rows.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { listedModel } from './listed-model.ts';
import { plain } from './plain-text.ts';

const FLAGS = {
  iters: { type: 'number', describe: 'Steps of the schedule (N)' },
  range: { type: 'number', array: true, nargs: 2, describe: 'The ends, LO HI; in a formula, its lo and hi' },
  formula: { type: 'string', describe: 'Beta by n, 1 to N, as a mathjs expression with n, N, phi, lo and hi' },
  name: { type: 'string', describe: 'What to call the schedule [default: its family and N]' },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'The sampler clamp it is meant for' },
  model: {
    type: 'string',
    describe: "A model folder or checkpoint, whose training counts in place of the reference's",
  },
  out: { type: 'string', array: true, alias: 'o', describe: `Files to write it to: ${SCHEDULE_ENDINGS.join(', ')}` },
  list: { type: 'boolean', default: false, describe: 'A .pt as a list of Python floats, not a tensor' },
} as const satisfies Record<string, Options>;

const PARAMETERS = parameterFlags();

/** What the command line asks for. */
interface Wanted {
  readonly family: string | undefined;
  readonly formula: string | undefined;
  readonly range: FamilyRange | undefined;
  readonly parameters: Readonly<Record<string, number>>;
}

/** A flag for each parameter that any family has, with what it is in each. */
function parameterFlags(): Record<string, Options> {
  const described: Record<string, string[]> = {};
  for (const [family, { parameters }] of Object.entries(FAMILIES)) {
    for (const [name, { default: value, describe }] of Object.entries(parameters)) {
      described[name] = [...(described[name] ?? []), `${family}: ${describe} [default: ${value}]`];
    }
  }
  const flags = Object.entries(described).map(([name, lines]) => [
    name,
    { type: 'number', describe: lines.join('; ') },
  ]);
  return Object.fromEntries(flags);
}

function familyLines(): string {
  const families = Object.entries(FAMILIES);
  const width = Math.max(...families.map(([name]) => name.length));
  const headings = {
    sigma: 'Between two sigmas, by default 0.0012 and 0.7, about where published schedules of few steps lie:',
    t: "Between two steps of the training, the reference's or --model's, by default the first and the last (1 and 1000):",
    beta: 'Between two betas, by default 1e-6 and 0.01:',
  };
  const groups = Object.entries(headings).map(([of, heading]) => [
    heading,
    ...families
      .filter(([, { range }]) => range.of === of)
      .map(([name, { describe }]) => `  ${name.padEnd(width)}  ${describe}`),
  ]);
  return groups.map((lines) => lines.join('\n')).join('\n\n');
}

/** A parameter as it is typed; -s is one letter. */
function dashed(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`;
}

function checkWanted({ family, formula: expression, parameters }: Wanted): void {
  if (family !== undefined && expression !== undefined) {
    throw new UsageError(`a family or --formula was expected, got both ${family} and '${expression}'`);
  }
  if (expression === undefined && !(family !== undefined && Object.hasOwn(FAMILIES, family))) {
    const names = Object.keys(FAMILIES).join(', ');
    throw new UsageError(`a family (${names}) or --formula was expected, got ${family ?? 'neither'}`);
  }
  const known = family === undefined ? [] : Object.keys(FAMILIES[family]!.parameters);
  const unknown = Object.keys(parameters).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const has = known.length === 0 ? 'has no parameters' : `has ${known.map(dashed).join(', ')}`;
    throw new UsageError(`${dashed(unknown)} is no parameter of ${family ?? 'a formula'}, which ${has}`);
  }
}

function checkFiles(files: readonly string[], list: boolean, isMade: boolean): void {
  const endings = files.map((file) => extname(file).toLowerCase());
  const wrong = files.find((_, i) => !SCHEDULE_ENDINGS.includes(endings[i]!));
  if (wrong !== undefined) {
    // It takes whatever follows it.
    const hint = isMade ? '' : '; put the family before -o';
    throw new UsageError(`--out must end in ${SCHEDULE_ENDINGS.join(', ')}, got ${wrong}${hint}`);
  }
  if (list && !endings.includes('.pt')) throw new UsageError('--list is for an --out that ends in .pt');
}

async function make(wanted: Wanted, iters: number, training: NoiseSchedule | undefined) {
  const { family, formula: expression, range, parameters } = wanted;
  if (expression !== undefined) {
    const schedule = await formula(expression, iters, range);
    return { schedule, provenance: { formula: expression, range } };
  }
  const used = range ?? defaultRange(FAMILIES[family!]!, training);
  return {
    schedule: makeFamily(family!, iters, used, parameters, training),
    provenance: { family, range: used, parameters },
  };
}

await runCommand(
  {
    name: 'schedule-make',
    synopsis: "FAMILY --iters N, or --formula '1e-6 * phi^n' --iters N",
    describe: `Makes a schedule of N steps by a rule.\n\n${familyLines()}`,
    flags: { ...FLAGS, ...PARAMETERS } as typeof FLAGS,
    examples: [
      ['schedule-make karras --iters 6', 'to read'],
      ['schedule-make karras --iters 6 --range 1e-3 1.2', 'between other ends'],
      ['schedule-make karras --iters 6 --rho 5', 'with another parameter'],
      ['schedule-make cosine --iters 12 -o 12.json 12.npy', 'into two files'],
      ['schedule-make uniform-t --iters 6 --model folder/', "at steps of that model's training"],
      ['schedule-make fibonacci --iters 25 --list -o 25.pt', 'for PyTorch, a list of floats'],
      ["schedule-make --formula '1e-6 * phi^n' --iters 25", 'betas by an expression'],
    ],
    async run(args, positionals) {
      const { iters, range, formula: expression, name, clamp, model, out = [], list, json, quiet, ...others } = args;
      if (positionals.length > 1) throw new UsageError(`one family was expected, got ${positionals.join(' ')}`);
      const given = Object.entries(others as Record<string, unknown>);
      const parameters = given.filter(([flag, value]) => flag in PARAMETERS && value !== undefined);
      const wanted: Wanted = {
        family: positionals[0],
        formula: expression,
        range: range as [number, number] | undefined,
        parameters: Object.fromEntries(parameters) as Record<string, number>,
      };
      checkFiles(out, list, wanted.family !== undefined || expression !== undefined);
      checkWanted(wanted);
      if (iters === undefined) throw new UsageError('--iters is needed, the number of steps');
      if (name?.trim() === '') throw new UsageError('--name must be a name, got nothing');

      const warn = (message: string): void => {
        if (!quiet) process.stderr.write(`schedule-make: ${message}\n`);
      };
      const judge = model === undefined ? undefined : await listedModel(model, warn);
      const { schedule: made, provenance: rule } = await make(wanted, wholeNumber('iters', iters, 1), judge?.training);
      const provenance = { ...rule, model };
      const schedule = made.with({ name: name ?? made.name, clamp });
      const remarks = warnings(diagnose(schedule, judge?.trained));
      for (const file of out) {
        const missing = await saveSchedule(file, schedule, { provenance, list });
        remarks.push(`Written to ${file}.`, ...missing);
      }
      if (json) {
        process.stdout.write(`${JSON.stringify({ ...schedule.toJSON(), provenance }, null, 2)}\n`);
        if (!quiet && remarks.length > 0) process.stderr.write(`${remarks.map(plain).join('\n')}\n`);
      } else {
        process.stdout.write(`${[plain(schedule.name), betaRows(schedule.betas), ...remarks.map(plain)].join('\n')}\n`);
      }
      return 0;
    },
  },
  process.argv.slice(2),
);
