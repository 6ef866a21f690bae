#!/usr/bin/env node
import { extname } from 'node:path';
import type { Options } from 'yargs';
import { diagnose, warnings } from '../schedule/diagnostics.ts';
import { defaultRange, FAMILIES, type FamilyRange, makeFamily } from '../schedule/families.ts';
import { saveSchedule } from '../schedule/file.ts';
import { SCHEDULE_ENDINGS } from '../schedule/files/index.ts';
import { formula } from '../schedule/generators/formula.ts';
import { CLAMPS, NoiseSchedule } from '../schedule/noise-schedule.ts';
import { betaRows } from './beta-rows.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';

const FLAGS = {
  iters: { type: 'number', describe: 'Steps of the schedule (N)' },
  range: { type: 'number', array: true, nargs: 2, describe: 'The ends, LO HI; in a formula, its lo and hi' },
  formula: { type: 'string', describe: 'Beta by n, 1 to N, as a mathjs expression with n, N, phi, lo and hi' },
  name: { type: 'string', describe: 'What to call the schedule [default: its family and N]' },
  clamp: { choices: CLAMPS, default: 'x0' as const, describe: 'The sampler clamp it is meant for' },
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
    t: "Between two steps of the reference's training, by default 1 and 1000:",
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

function checkFiles(files: readonly string[], list: boolean): void {
  const endings = files.map((file) => extname(file).toLowerCase());
  const wrong = files.find((_, i) => !SCHEDULE_ENDINGS.includes(endings[i]!));
  if (wrong !== undefined) throw new UsageError(`--out must end in ${SCHEDULE_ENDINGS.join(', ')}, got ${wrong}`);
  if (list && !endings.includes('.pt')) throw new UsageError('--list is for an --out that ends in .pt');
}

async function make({ family, formula: expression, range, parameters }: Wanted, iters: number) {
  if (expression !== undefined) {
    const schedule = await formula(expression, iters, range);
    return { schedule, provenance: { formula: expression, range } };
  }
  const used = range ?? defaultRange(FAMILIES[family!]!, iters);
  return {
    schedule: makeFamily(family!, iters, used, parameters),
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
      ['schedule-make fibonacci --iters 25 --list -o 25.pt', 'for PyTorch, a list of floats'],
      ["schedule-make --formula '1e-6 * phi^n' --iters 25", 'betas by an expression'],
    ],
    async run({ iters, range, formula: expression, name, clamp, out = [], list, json, quiet, ...others }, positionals) {
      if (positionals.length > 1) throw new UsageError(`one family was expected, got ${positionals.join(' ')}`);
      const given = Object.entries(others as Record<string, unknown>);
      const parameters = given.filter(([flag, value]) => flag in PARAMETERS && value !== undefined);
      const wanted: Wanted = {
        family: positionals[0],
        formula: expression,
        range: range as [number, number] | undefined,
        parameters: Object.fromEntries(parameters) as Record<string, number>,
      };
      checkWanted(wanted);
      if (iters === undefined) throw new UsageError('--iters is needed, the number of steps');
      checkFiles(out, list);

      const { schedule: made, provenance } = await make(wanted, wholeNumber('iters', iters, 1));
      const schedule = NoiseSchedule.fromBetas(made.betas, { name: name ?? made.name, source: made.source, clamp });
      const remarks = warnings(diagnose(schedule));
      for (const file of out) {
        const missing = await saveSchedule(file, schedule, { provenance, list });
        remarks.push(`Written to ${file}.`, ...missing);
      }
      if (json) {
        process.stdout.write(`${JSON.stringify({ ...schedule.toJSON(), provenance }, null, 2)}\n`);
        if (!quiet && remarks.length > 0) process.stderr.write(`${remarks.join('\n')}\n`);
      } else {
        process.stdout.write(`${[schedule.name, betaRows(schedule.betas), ...remarks].join('\n')}\n`);
      }
      return 0;
    },
  },
  process.argv.slice(2),
);
