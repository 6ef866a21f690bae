import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse/sync';
import { writeTrainFolder } from '../../test/cli/train-folder.ts';
import { comeTo } from '../../test/training/run-files.ts';

/** What is killed, run in an empty folder. */
export interface Run {
  readonly name: string;
  readonly program: 'schedule-search' | 'schedule-train';
  readonly args: readonly string[];
  /** Of the arguments, those by which runs differ. */
  readonly shown: string;
  readonly prepare?: (folder: string) => void;
}

const MODEL = fileURLToPath(new URL('../../test/fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const TINY = ['--model', MODEL, '--clip-count', '3', '--clip-seconds', '0.2', '--jobs', '2', '--study', 'run'];
const TRAINING = ['-c', 'config.json', '--steps', '400', '--jobs', '2', '--checkpoint-minutes', '0.0005'];

const search = (name: string, ...args: string[]): Run => {
  return { name, program: 'schedule-search', args: [...TINY, ...args], shown: args.join(' ') };
};

export const RUNS: readonly Run[] = [
  search('auto', '--budget', '480'),
  {
    name: 'training',
    program: 'schedule-train',
    args: TRAINING,
    shown: '--steps 400 --jobs 2',
    prepare: (folder) =>
      writeTrainFolder((...path) => join(folder, ...path), { test_interval: 25, ema_decay: 0.9, logdir: 'run' }),
  },
  search('random', '--strategy', 'random', '--budget', '480'),
  search('cma-es', '--strategy', 'cma-es', '--budget', '480'),
  search('several', '--iters', '4,6', '--budget', '480'),
];

/** In what a run that was killed differs from an undisturbed one, a sentence each. */
export function differences({ program }: Run, undisturbed: string, killed: string): string[] {
  const parts = program === 'schedule-train' ? trainingParts : searchParts;
  const [expected, got] = [parts(join(undisturbed, 'run')), parts(join(killed, 'run'))];
  return [...new Set([...expected.keys(), ...got.keys()])]
    .filter((name) => !isDeepStrictEqual(expected.get(name), got.get(name)))
    .map((name) => `${name} is another`);
}

type Parts = Map<string, unknown>;

/** The weights, moments and state of the last checkpoint, byte for byte, the best weights, and the curve. */
function trainingParts(run: string): Parts {
  return new Map<string, unknown>([
    ...Object.entries(comeTo(run)),
    ['training.csv', rowsOf(join(run, 'training.csv'))],
    ['the files', filesOf(run)],
  ]);
}

/** Trials, what was found, and each evaluation that was made, of one study or of each of several. */
function searchParts(run: string): Parts {
  const studies = readdirSync(run, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('study.json'))
    .toSorted();
  return new Map(
    studies.flatMap((path) => {
      const folder = join(run, path, '..');
      const best = JSON.parse(readFileSync(join(folder, 'best.json'), 'utf8'));
      const outcome = without(best.provenance.outcome, ['seconds']);
      return [
        [`${path}: trials.csv`, rowsOf(join(folder, 'trials.csv'))],
        [`${path}: best.json`, { ...best, provenance: { ...best.provenance, outcome } }],
        [`${path}: best.pt`, readFileSync(join(folder, 'best.pt'))],
        [`${path}: study.json`, readFileSync(join(folder, 'study.json'))],
        [`${path}: journal.jsonl`, madeIn(join(folder, 'journal.jsonl'))],
        [`${path}: the files`, filesOf(folder)],
      ];
    }),
  );
}

/** All columns but those of time. */
function rowsOf(path: string): unknown[] {
  const rows: Record<string, string>[] = parse(readFileSync(path), { columns: true });
  return rows.map((row) => without(row, ['seconds', 'real_time_factor']));
}

function without(all: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}

/** What a journal's entries say beside when, how long and by which worker they were made, sorted. */
function madeIn(path: string): string[] {
  return readFileSync(path, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(({ type }) => type !== 'session')
    .map((entry) => JSON.stringify(without(entry, ['seconds', 'worker', 'start', 'end', 'nfe'])))
    .toSorted();
}

/** All files but TensorBoard's, one for each session, and what a kill left of one that was not whole yet. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !/events\.out\.tfevents|\.tmp$|(^|\/)\.|^checkpoints/.test(name))
    .toSorted();
}
