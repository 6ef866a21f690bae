import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { readIfThere } from '../formats/read-input.ts';
import { shownText } from '../formats/shown-text.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { type Outcome, readOutcome } from './outcome.ts';
import type { StudySettings } from './settings.ts';
import { readSettings, studyPaths } from './study.ts';
import type { Trial } from './trial.ts';
import { csvHeader } from './trials-csv.ts';

/** How much of a file is quoted. */
const QUOTED_CHARACTERS = 100;

/** What the files of a study say. */
export interface StudyData {
  readonly folder: string;
  readonly settings: StudySettings;
  /** In the order of ids. */
  readonly trials: readonly Trial[];
  /** Absent where the search has not come to its end. */
  readonly outcome?: Outcome;
}

const number = z
  .string()
  .regex(/\S/, 'a number was expected')
  .transform(Number)
  .pipe(z.number('a number was expected'));
const whole = number.pipe(z.int('a whole number was expected'));
const orEmpty = z.string().transform((cell) => (cell === '' ? undefined : cell));

const row = z.object({
  id: whole.pipe(z.int().positive()),
  parent: orEmpty.pipe(whole.optional()),
  steps: whole.pipe(z.int().positive()),
  strategy: z.string(),
  state: z.enum(['complete', 'failed', 'pruned']),
  coarse: z.enum(['true', '']).optional(),
  score: orEmpty.pipe(number.optional()),
  standard_error: orEmpty.pipe(number.optional()),
  draws: whole.pipe(z.int().positive()).optional(),
  nfe: number,
  seconds: number,
  reason: orEmpty.optional(),
});

/**
 * Reads a study, finished or not, without changing it. A torn last line of trials.csv, of a search that stopped while it was
 * written, is passed over.
 *
 * @throws {InputError} if the folder holds no study, or one of its files does not fit
 */
export async function readStudy(folder: string): Promise<StudyData> {
  const paths = studyPaths(folder);
  const settings = await readSettings(folder);
  if (settings === undefined) {
    throw new InputError(`${folder}: the folder of a study was expected, but there is no study.json in it`);
  }
  const trials = parseTrials((await readIfThere(paths.trials)) ?? '', settings, paths.trials);
  return { folder, settings, trials, outcome: await readOutcome(paths.best) };
}

function parseTrials(text: string, settings: StudySettings, path: string): Trial[] {
  const { steps, replicates } = settings;
  const wholeLines = text.slice(0, text.lastIndexOf('\n') + 1);
  if (wholeLines === '') return [];
  const header = wholeLines.slice(0, wholeLines.indexOf('\n') + 1);
  // Older studies have no column for why trials failed, and those before them none for what was the same in all trials.
  const newest = csvHeader(settings);
  const older = newest.replace(',reason\n', '\n');
  if (![newest, older, older.replace('draws,', '')].includes(header)) {
    const got = header.slice(0, 80).trimEnd();
    throw new InputError(`${path}: line 1: the columns id,parent, … beta_${steps} were expected, got ${got}`);
  }
  return parseRows(wholeLines, path)
    .map(({ record, info }) => parseTrial(record, steps, replicates, `${path}: line ${info.lines}`))
    .toSorted((a, b) => a.id - b.id);
}

interface Row {
  readonly record: Readonly<Record<string, string>>;
  readonly info: { readonly lines: number };
}

function parseRows(text: string, path: string): Row[] {
  try {
    return parse(text, { columns: true, info: true }) as unknown as Row[];
  } catch (error) {
    throw new InputError(
      `${path}: rows of comma-separated values were expected, but ${shownText((error as Error).message, QUOTED_CHARACTERS)}`,
    );
  }
}

function parseTrial(record: Row['record'], steps: number, replicates: number, where: string): Trial {
  const result = row.safeParse(record);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw new InputError(
      `${where}: ${path.join('.')}: ${message}, got ${shownText(JSON.stringify(record[String(path[0])]), QUOTED_CHARACTERS)}`,
    );
  }
  const {
    id,
    parent,
    strategy: origin,
    state,
    score,
    standard_error: standardError,
    nfe,
    seconds,
    reason,
  } = result.data;
  if (result.data.steps > steps) {
    throw new InputError(`${where}: steps: at most the study's ${steps} were expected, got ${result.data.steps}`);
  }
  if (state === 'complete' && score === undefined) {
    throw new InputError(`${where}: score: a complete trial's number was expected, got nothing`);
  }
  return {
    id,
    ...(parent === undefined ? {} : { parent }),
    origin,
    state,
    ...(result.data.coarse === 'true' && { coarse: true }),
    score: score ?? Number.NaN,
    standardError: standardError ?? Number.NaN,
    draws: result.data.draws ?? replicates,
    nfe,
    seconds,
    ...(reason !== undefined && { reason }),
    betas: parseBetas(record, result.data.steps, where),
  };
}

function parseBetas(record: Row['record'], steps: number, where: string): readonly number[] {
  const betas = Array.from({ length: steps }, (_, i) => {
    const cell = record[`beta_${i + 1}`]!;
    return cell.trim() === '' ? Number.NaN : Number(cell);
  });
  try {
    return NoiseSchedule.fromBetas(betas, { name: 'betas', asPublished: true }).betas;
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}
