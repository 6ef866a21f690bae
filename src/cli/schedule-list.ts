#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Options } from 'yargs';
import { InputError } from '../formats/input-error.ts';
import { diagnose } from '../schedule/diagnostics.ts';
import { listPresets, loadSchedule } from '../schedule/file.ts';
import { runCommand, wholeNumber } from './command.ts';
import { type ListedSchedule, listing } from './schedule-table.ts';

const STUDIES = 'experiments';

const FLAGS = {
  steps: { type: 'number', describe: 'Only schedules of that many steps' },
} as const satisfies Record<string, Options>;

async function namedSchedules(names: readonly string[]): Promise<ListedSchedule[]> {
  const presets = await listedPresets();
  const preset = (name: string) => presets.find(({ schedule }) => schedule.name === name);
  return Promise.all(names.map(async (name) => preset(name) ?? fromFile(name)));
}

async function listedPresets(): Promise<ListedSchedule[]> {
  return (await listPresets()).map((schedule) => ({ schedule, diagnostics: diagnose(schedule) }));
}

async function fromFile(path: string): Promise<ListedSchedule> {
  const schedule = await loadSchedule(path);
  return { schedule, diagnostics: diagnose(schedule), path, heldout: await heldOutScore(path) };
}

// Imported only here: it brings the metrics along, and a listing of presets should be instant.
async function heldOutScore(path: string): Promise<ListedSchedule['heldout']> {
  const { readOutcome } = await import('../search/outcome.ts');
  try {
    return (await readOutcome(path))?.heldout;
  } catch {
    // A schedule that no study of this version found.
    return undefined;
  }
}

/** What studies below the working directory found; `warn` is told of those that cannot be read. */
async function foundSchedules(warn: (message: string) => void): Promise<ListedSchedule[]> {
  const studies = existsSync(STUDIES) ? await readdir(STUDIES) : [];
  const paths = studies.sort().map((study) => join(STUDIES, study, 'best.json'));
  const found: ListedSchedule[] = [];
  for (const path of paths.filter((candidate) => existsSync(candidate))) {
    try {
      found.push(await fromFile(path));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      warn(`skipped ${error.message}`);
    }
  }
  return found;
}

function toJson({ schedule, diagnostics, path, heldout }: ListedSchedule): unknown {
  return { ...schedule.toJSON(), diagnostics, path: path && resolve(path), heldout };
}

await runCommand(
  {
    name: 'schedule-list',
    synopsis: '[SCHEDULE...]',
    describe:
      'Shows schedules with their diagnostics: those given, by file or preset name, or all presets and what the studies in ' +
      './experiments found. Columns: the level that sampling starts from; whether betas rise throughout; the smallest step in ln σ; ' +
      'levels outside the trained range; by how much float32 scales the last step (1 is right); the score on held-out clips.',
    flags: FLAGS,
    examples: [
      ['schedule-list', 'all presets and found schedules'],
      ['schedule-list --steps 6', 'those of 6 steps'],
      ['schedule-list lmnt-6 fastdiff-6', 'these two'],
      ['schedule-list --json', 'with betas and diagnostics; null for infinity'],
    ],
    async run({ steps, json, quiet }, positionals) {
      if (steps !== undefined) wholeNumber('steps', steps, 1);
      const warn = (message: string): void => {
        if (!quiet) process.stderr.write(`schedule-list: ${message}\n`);
      };
      const all =
        positionals.length > 0
          ? await namedSchedules(positionals)
          : [...(await listedPresets()), ...(await foundSchedules(warn))];
      const listed = all.filter(({ schedule }) => steps === undefined || schedule.length === steps);
      if (json) process.stdout.write(`${JSON.stringify(listed.map(toJson), null, 2)}\n`);
      else if (listed.length > 0) process.stdout.write(`${listing(listed, process.stdout.columns)}\n`);
      else warn(`no schedule of ${steps} steps`);
      return 0;
    },
  },
  process.argv.slice(2),
);
