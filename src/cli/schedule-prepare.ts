#!/usr/bin/env node
import { availableParallelism } from 'node:os';
import type { Options } from 'yargs';
import { findAudio, passedOverRemarks } from '../audio/filelist.ts';
import { type PrepareOptions, prepareRecordings } from '../training/prepare.ts';
import type { TestSize } from '../training/prepare-split.ts';
import { runCommand, UsageError, wholeNumber } from './command.ts';
import { INTERRUPTED, onInterrupt } from './interrupt.ts';
import { filelistText, listPaths, rootOf, writeLists } from './prepare-lists.ts';
import { asJson, asText } from './prepare-text.ts';
import { createProgressLine } from './progress.ts';
import { ROOT_FLAG } from './root-flag.ts';

const FLAGS = {
  out: { type: 'string', alias: 'o', default: 'filelists', describe: 'The folder for the lists' },
  test: {
    type: 'number',
    describe: 'Recordings to test on: how many, or below 1 which share [default: a tenth, 20 at most]',
  },
  seed: { type: 'number', default: 0, describe: 'Decides which ones' },
  rate: { type: 'number', describe: 'Sample rate of the recordings to take, in Hz [default: that of most of them]' },
  'min-seconds': { type: 'number', default: 0, describe: 'Leave shorter recordings out' },
  'max-seconds': { type: 'number', describe: 'Leave longer recordings out' },
  absolute: {
    type: 'boolean',
    default: false,
    describe: 'Absolute paths, not such as lead from the lists or their --root',
  },
  force: { type: 'boolean', default: false, describe: 'Replace lists that differ' },
  root: {
    ...ROOT_FLAG.root,
    describe: 'Where relative paths of a list that is split start, and below which its files must lie',
  },
} as const satisfies Record<string, Options>;

await runCommand(
  {
    name: 'schedule-prepare',
    synopsis: 'FOLDER [-o LISTS] [options]',
    describe:
      'Makes the filelists of a training, train.txt and test.txt, of the WAV, FLAC, Ogg Vorbis and MP3 files in a folder or a ' +
      'filelist, and prints lengths and levels (dBFS) of both. Left out are recordings that cannot be read, are silent (peak below ' +
      '-80 dBFS), have another sample rate than most, or sound the same as another one. Which ones are tested on depends on their ' +
      'sound and the seed, not on their names.',
    flags: FLAGS,
    examples: [
      ['schedule-prepare recordings/', 'writes filelists/train.txt and filelists/test.txt'],
      ['schedule-prepare recordings/ -o lists/ --test 0.05', 'tests on every twentieth'],
      ['schedule-prepare recordings/ -o other/ --min-seconds 1 --max-seconds 15', 'without short and long ones'],
      ['schedule-prepare all.txt -o lists/ --seed 1 --force', 'splits those of a list anew'],
      ['schedule-prepare recordings/ -o json/ --json', 'with what was left out, for programs'],
    ],
    async run(args, positionals) {
      const { out, absolute, force, json, quiet } = args;
      const [source] = positionals;
      if (source === undefined || positionals.length > 1) {
        throw new UsageError(`one folder of recordings was expected, got ${positionals.join(' ') || 'none'}`);
      }
      if (out === '') throw new UsageError('--out must be the name of a folder, got nothing');
      const options = checkedOptions(args);
      const found = await findAudio(source, { root: args.root });
      if (!quiet) for (const remark of passedOverRemarks(found.passedOver)) process.stderr.write(`${remark}\n`);
      const prepared = await untilInterrupted(quiet, (isCancelled) =>
        prepare(found.files, { source, ...options, isCancelled }, quiet),
      );
      if (prepared === undefined) {
        if (!quiet) process.stderr.write('Stopped; nothing was written.\n');
        return INTERRUPTED;
      }
      const paths = listPaths(out);
      const taken = [...prepared.train, ...prepared.tested].map((recording) => recording.path);
      const root = await rootOf(out, taken);
      const lists = [
        { path: paths.tested, recordings: prepared.tested },
        { path: paths.train, recordings: prepared.train },
      ].map(({ path, recordings }) => {
        const files = recordings.map((recording) => recording.path);
        return { path, text: filelistText(root ?? out, files, absolute) };
      });
      const written = await writeLists(out, lists, force);
      if (written.length === 0 && !quiet) process.stderr.write('The lists were there already, just so.\n');
      process.stdout.write((json ? asJson : asText)({ prepared, ...paths, root }));
      return 0;
    },
  },
  process.argv.slice(2),
);

interface Args {
  readonly test?: number;
  readonly seed: number;
  readonly rate?: number;
  readonly 'min-seconds': number;
  readonly 'max-seconds'?: number;
}

function checkedOptions(args: Args): Omit<PrepareOptions, 'source'> {
  const { 'min-seconds': minSeconds, 'max-seconds': maxSeconds = Number.POSITIVE_INFINITY } = args;
  if (!(minSeconds >= 0)) throw new UsageError(`--min-seconds must be 0 or more, got ${minSeconds}`);
  if (!(maxSeconds > minSeconds)) throw new UsageError(`--max-seconds must be above ${minSeconds}, got ${maxSeconds}`);
  return {
    tested: args.test === undefined ? undefined : testSize(args.test),
    seed: wholeNumber('seed', args.seed, 0),
    rate: args.rate === undefined ? undefined : wholeNumber('rate', args.rate, 1),
    minSeconds,
    maxSeconds,
    jobs: availableParallelism(),
  };
}

function testSize(tested: number): TestSize {
  if (tested > 0 && tested < 1) return { kind: 'share', share: tested };
  if (Number.isSafeInteger(tested) && tested >= 1) return { kind: 'count', count: tested };
  throw new UsageError(`--test must be a whole number of recordings, or a share between 0 and 1, got ${tested}`);
}

async function prepare(files: readonly string[], options: PrepareOptions, quiet: boolean) {
  const progress = createProgressLine(quiet);
  const onProgress = (done: number, total: number) =>
    progress.update({ done, total, text: `${done} of ${total} recordings` });
  try {
    return await prepareRecordings(files, { ...options, onProgress });
  } finally {
    progress.stop();
  }
}

/** Runs what can be cancelled, and cancels it on Ctrl-C; a second one ends the process at once. */
async function untilInterrupted<T>(quiet: boolean, run: (isCancelled: () => boolean) => Promise<T>): Promise<T> {
  const interrupt = onInterrupt(() => {
    if (!quiet) process.stderr.write('\nStopping after the recordings in hand; once more to stop at once.\n');
  });
  try {
    return await run(() => interrupt.isWanted());
  } finally {
    interrupt.off();
  }
}
