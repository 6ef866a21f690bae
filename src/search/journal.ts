import { type FileHandle, open, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { checkData, numberOrNull, parseJson } from '../formats/json.ts';

/**
 * What an evaluation was for: trials of the search; baselines on the scoring clips, where the strategy did not try them; the
 * ranking of the best few on held-out clips; the final comparison on a noise draw that chose nothing.
 */
const PHASES = ['search', 'baseline', 'ranking', 'verification'] as const;

export type Phase = (typeof PHASES)[number];

const FORMAT = 1;

const header = z.strictObject({ type: z.literal('journal'), format: z.literal(FORMAT) });
const session = z.strictObject({ type: z.literal('session'), start: z.number() });
const evaluation = z.strictObject({
  type: z.literal('evaluation'),
  phase: z.enum(PHASES),
  /** Of the search phase: the trial's id, what made it, and from which other. */
  trial: z.int().positive().optional(),
  origin: z.string().optional(),
  parent: z.int().positive().optional(),
  betas: z.array(z.number()).min(1),
  replicate: z.int().nonnegative(),
  /** Of a trial, how many draws of noise it is heard with; absent from older journals, where that is the study's replicates. */
  draws: z.int().positive().optional(),
  /** The clips that were generated, from the first up to but not with the second; absent where that is all. */
  clips: z.tuple([z.int().nonnegative(), z.int().positive()]).optional(),
  /** Whether the coarse network generated them; absent where that in float32 did. */
  coarse: z.literal(true).optional(),
  distances: z.partialRecord(z.enum(METRIC_NAMES), z.array(numberOrNull)),
  /** Network evaluations that were made; a trial may be charged others, as if one memory of prefixes served all workers. */
  nfe: z.number().positive(),
  /** What a trial was charged for it; absent where that is the same. */
  charged: z.number().positive().optional(),
  seconds: z.number(),
  /** The thread that made it. */
  worker: z.int(),
  /** Milliseconds since 1970. */
  start: z.number(),
  end: z.number(),
});

/** The mean squared error of the clean signal that the network predicts at one level, for each scoring clip. */
const cleanError = z.strictObject({
  type: z.literal('clean-error'),
  sigma: z.number().positive(),
  errors: z.array(numberOrNull),
  nfe: z.number().positive(),
  seconds: z.number(),
  worker: z.int(),
  start: z.number(),
  end: z.number(),
});

/** How a schedule's score on the scoring clips changes with ln σ_1 … ln σ_N. */
const scoreGradient = z.strictObject({
  type: z.literal('score-gradient'),
  betas: z.array(z.number()).min(1),
  replicate: z.int().nonnegative(),
  gradient: z.array(numberOrNull),
  nfe: z.number().positive(),
  seconds: z.number(),
  worker: z.int(),
  start: z.number(),
  end: z.number(),
});

/** An evaluation of the search phase that failed twice, which costs its trial and not the search. */
const failure = z.strictObject({
  type: z.literal('failure'),
  phase: z.literal('search'),
  trial: z.int().positive(),
  origin: z.string().optional(),
  parent: z.int().positive().optional(),
  betas: z.array(z.number()).min(1),
  replicate: z.int().nonnegative(),
  draws: z.int().positive().optional(),
  clips: z.tuple([z.int().nonnegative(), z.int().positive()]).optional(),
  coarse: z.literal(true).optional(),
  /** What the trial was charged for it. */
  charged: z.number().positive().optional(),
  reason: z.string().min(1),
  start: z.number(),
  end: z.number(),
});

const line = z.discriminatedUnion('type', [header, session, evaluation, cleanError, scoreGradient, failure]);

export type JournalEvaluation = z.infer<typeof evaluation>;
export type JournalCleanError = z.infer<typeof cleanError>;
export type JournalScoreGradient = z.infer<typeof scoreGradient>;
export type JournalFailure = z.infer<typeof failure>;
/** What a worker made. */
export type JournalMade = JournalEvaluation | JournalCleanError | JournalScoreGradient;
/** What a job came to. */
export type JournalEntry = JournalMade | JournalFailure;
type JournalLine = z.infer<typeof line>;

/** What a journal holds. */
export interface JournalContent {
  readonly evaluations: readonly JournalEvaluation[];
  readonly cleanErrors: readonly JournalCleanError[];
  readonly scoreGradients: readonly JournalScoreGradient[];
  readonly failures: readonly JournalFailure[];
  /** When each session began and when its last entry ended, in milliseconds since 1970. */
  readonly sessions: readonly { readonly start: number; readonly end: number }[];
  /** Wall-clock seconds that they took. */
  readonly seconds: number;
}

/**
 * Reads a journal. A torn last line, of a process or machine that stopped while it was written, is passed over; `validBytes` is
 * where it begins. Throws an InputError that gives the line where another does not fit.
 */
export async function readJournal(path: string): Promise<JournalContent & { readonly validBytes: number }> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return new Uint8Array();
    throw error;
  });
  const validBytes = bytes.lastIndexOf(0x0a) + 1;
  const texts = new TextDecoder().decode(bytes.subarray(0, validBytes)).split('\n').slice(0, -1);
  const lines = texts.map((text, i) => {
    const where = `${path}: line ${i + 1}`;
    return checkData(parseJson(text, where), line, where);
  });
  if (lines.length > 0 && lines[0]!.type !== 'journal') {
    throw new InputError(`${path}: line 1: a journal of format ${FORMAT} was expected, got ${texts[0]!.slice(0, 80)}`);
  }
  const sessions: { readonly start: number; end: number }[] = [];
  for (const entry of lines) {
    if (entry.type === 'session') sessions.push({ start: entry.start, end: entry.start });
    else if (entry.type !== 'journal') {
      const current = sessions.at(-1);
      if (current !== undefined) current.end = Math.max(current.end, entry.end);
    }
  }
  const seconds = sessions.reduce((sum, { start, end }) => sum + (end - start) / 1000, 0);
  const evaluations = lines.filter((entry) => entry.type === 'evaluation');
  const cleanErrors = lines.filter((entry) => entry.type === 'clean-error');
  const scoreGradients = lines.filter((entry) => entry.type === 'score-gradient');
  const failures = lines.filter((entry) => entry.type === 'failure');
  return { evaluations, cleanErrors, scoreGradients, failures, sessions, seconds, validBytes };
}

/** Appends lines to a journal; each is on the disk before `append` resolves. */
export interface JournalWriter {
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/** Opens a journal for a new session, which begins with its first line, cutting off a torn last line. */
export async function openJournal(path: string, validBytes: number, sessionStart: number): Promise<JournalWriter> {
  const file = await open(path, 'a');
  await file.truncate(validBytes);
  const begin = async () => {
    if (validBytes === 0) await write(file, { type: 'journal', format: FORMAT });
    await write(file, { type: 'session', start: sessionStart });
  };
  let last: Promise<void> | undefined;
  return {
    append(entry) {
      last = (last ?? begin()).then(() => write(file, entry));
      return last;
    },
    async close() {
      try {
        await last;
      } finally {
        await file.close();
      }
    },
  };
}

async function write(file: FileHandle, entry: JournalLine): Promise<void> {
  await file.appendFile(`${JSON.stringify(entry)}\n`);
  await file.datasync();
}
