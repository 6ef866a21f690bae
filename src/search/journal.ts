import { open, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { METRIC_NAMES } from '../audio/distances/index.ts';
import { groupedAppends } from '../formats/grouped-appends.ts';
import { InputError } from '../formats/input-error.ts';
import { checkData, numbersOrNull, parseJson } from '../formats/json.ts';

/**
 * What an evaluation was for: trials of the search; baselines on the scoring clips, where the strategy did not try them; the
 * ranking of the best few on held-out clips; the final comparison on a noise draw that chose nothing.
 */
const PHASES = ['search', 'baseline', 'ranking', 'verification'] as const;

export type Phase = (typeof PHASES)[number];

const FORMAT = 1;

/** What an evaluation is of. */
const heard = {
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
  /** What a trial was charged for it; absent where that is what was made. */
  charged: z.number().positive().optional(),
};

const header = z.strictObject({ type: z.literal('journal'), format: z.literal(FORMAT) });
const session = z.strictObject({ type: z.literal('session'), start: z.number() });
const evaluation = z.strictObject({
  type: z.literal('evaluation'),
  phase: z.enum(PHASES),
  /** Of the search phase: the trial's id, what made it, and from which other. */
  trial: z.int().positive().optional(),
  ...heard,
  distances: z.partialRecord(z.enum(METRIC_NAMES), numbersOrNull),
  /** Network evaluations that were made; a trial may be charged others, as if one memory of prefixes served all workers. */
  nfe: z.number().positive(),
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
  errors: numbersOrNull,
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
  gradient: numbersOrNull,
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
  ...heard,
  reason: z.string().min(1),
  start: z.number(),
  end: z.number(),
});

const line = z.discriminatedUnion('type', [header, session, evaluation, cleanError, scoreGradient, failure]);

export type JournalEvaluation = z.infer<typeof evaluation>;
export type JournalCleanError = z.infer<typeof cleanError>;
export type JournalScoreGradient = z.infer<typeof scoreGradient>;
export type JournalFailure = z.infer<typeof failure>;
/** An evaluation, or that it failed twice, which ends the search where it is not of a trial. */
export type JournalHearing = JournalEvaluation | JournalFailure;
/** What a worker made. */
export type JournalMade = JournalEvaluation | JournalCleanError | JournalScoreGradient;
/** What a job came to. */
export type JournalEntry = JournalMade | JournalFailure;
type JournalLine = z.infer<typeof line>;

const isNumber = (value: unknown) => typeof value === 'number' && Number.isFinite(value);
const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) >= 0;
const isPositive = (value: unknown) => isNumber(value) && (value as number) > 0;
const isId = (value: unknown) => isCount(value) && isPositive(value);
const isNumbers = (value: unknown) => Array.isArray(value) && value.every(isNumber);

/** What `evaluation` says of each field, as far as it is of the plainest kind. */
const PLAIN = new Map<string, (value: unknown) => boolean>([
  ['type', (value) => value === 'evaluation'],
  ['phase', (value) => (PHASES as readonly unknown[]).includes(value)],
  ['trial', isId],
  ['origin', (value) => typeof value === 'string'],
  ['parent', isId],
  ['betas', (value) => isNumbers(value) && (value as number[]).length > 0],
  ['replicate', isCount],
  ['draws', isId],
  ['clips', (value) => Array.isArray(value) && value.length === 2 && isCount(value[0]) && isId(value[1])],
  ['coarse', (value) => value === true],
  ['distances', areDistances],
  ['nfe', isPositive],
  ['charged', isPositive],
  ['seconds', isNumber],
  ['worker', Number.isSafeInteger],
  ['start', isNumber],
  ['end', isNumber],
]);
const REQUIRED = ['phase', 'betas', 'replicate', 'distances', 'nfe', 'seconds', 'worker', 'start', 'end'];

function areDistances(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  for (const metric in value) {
    if (!(METRIC_NAMES as readonly string[]).includes(metric)) return false;
    if (!isNumbers((value as Record<string, unknown>)[metric])) return false;
  }
  return !Array.isArray(value);
}

/**
 * Whether a line is an evaluation as a search mostly writes it, which `line` would take for what it is: a night's journal is read so in less than half
 * of the time. What this does not know is left to `line`.
 */
export function isPlainEvaluation(data: unknown): data is JournalEvaluation {
  if (typeof data !== 'object' || data === null || !('type' in data)) return false;
  const fields = data as Record<string, unknown>;
  for (const key in fields) if (!PLAIN.get(key)?.(fields[key])) return false;
  return REQUIRED.every((key) => fields[key] !== undefined);
}

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
    if (error.code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  });
  const validBytes = bytes.lastIndexOf(0x0a) + 1;
  const sessions: { readonly start: number; end: number }[] = [];
  const evaluations: JournalEvaluation[] = [];
  const cleanErrors: JournalCleanError[] = [];
  const scoreGradients: JournalScoreGradient[] = [];
  const failures: JournalFailure[] = [];
  let count = 0;
  for (let begin = 0; begin < validBytes; ) {
    const end = bytes.indexOf(0x0a, begin);
    const text = bytes.toString('utf8', begin, end);
    begin = end + 1;
    count++;
    const where = `${path}: line ${count}`;
    const data = parseJson(text, where);
    const entry = isPlainEvaluation(data) ? data : checkData(data, line, where);
    if (count === 1 && entry.type !== 'journal') {
      throw new InputError(`${where}: a journal of format ${FORMAT} was expected, got ${text.slice(0, 80)}`);
    }
    if (entry.type === 'evaluation') evaluations.push(entry);
    else if (entry.type === 'clean-error') cleanErrors.push(entry);
    else if (entry.type === 'score-gradient') scoreGradients.push(entry);
    else if (entry.type === 'failure') failures.push(entry);
    if (entry.type === 'session') sessions.push({ start: entry.start, end: entry.start });
    else if (entry.type !== 'journal') {
      const current = sessions.at(-1);
      if (current !== undefined) current.end = Math.max(current.end, entry.end);
    }
  }
  const seconds = sessions.reduce((sum, { start, end }) => sum + (end - start) / 1000, 0);
  return { evaluations, cleanErrors, scoreGradients, failures, sessions, seconds, validBytes };
}

/** Appends lines to a journal; each is on the disk before `append` resolves. */
export interface JournalWriter {
  append(entry: JournalEntry): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a journal for a new session, which begins with its first line, cutting off a torn last line. Lines that come while others are being flushed go
 * to the disk together.
 */
export async function openJournal(path: string, validBytes: number, sessionStart: number): Promise<JournalWriter> {
  const file = await open(path, 'a');
  await file.truncate(validBytes);
  const header = validBytes === 0 ? textOf({ type: 'journal', format: FORMAT }) : '';
  const lines = groupedAppends(
    async (text) => {
      await file.appendFile(text);
      await file.datasync();
    },
    header + textOf({ type: 'session', start: sessionStart }),
  );
  return {
    append: (entry) => lines.add(textOf(entry)),
    async close() {
      try {
        await lines.settled();
      } finally {
        await file.close();
      }
    },
  };
}

function textOf(entry: JournalLine): string {
  return `${JSON.stringify(entry)}\n`;
}
