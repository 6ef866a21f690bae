import { appendFile, mkdir, stat, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type FolderLock, lockFolder } from '../formats/folder-lock.ts';
import { groupedAppends } from '../formats/grouped-appends.ts';
import { InputError } from '../formats/input-error.ts';
import { checkData, parseJson } from '../formats/json.ts';
import { readIfThere } from '../formats/read-input.ts';
import { writeFault } from '../formats/write-fault.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { saveSchedule } from '../schedule/file.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { type JournalContent, type JournalWriter, openJournal, readJournal } from './journal.ts';
import { completeTrials } from './journal-trials.ts';
import { keptRows } from './kept-rows.ts';
import { type KnownEvaluations, knownEvaluations } from './known-evaluations.ts';
import { type Outcome, outcomeFile, readOutcome } from './outcome.ts';
import { type StudySettings, studySettings } from './settings.ts';
import type { Trial } from './trial.ts';
import { csvHeader, csvRow } from './trials-csv.ts';

/** Differences in these do not make another study. */
const NOT_IDENTITY: ReadonlySet<string> = new Set(['budget', 'version', 'data', 'halfDifference']);

/** The files of a study's folder. */
export function studyPaths(folder: string) {
  const at = (name: string) => join(folder, name);
  return {
    settings: at('study.json'),
    journal: at('journal.jsonl'),
    trials: at('trials.csv'),
    best: at('best.json'),
    tensor: at('best.pt'),
  };
}

/** A study on disk that a search is writing. */
export interface Study {
  readonly folder: string;
  readonly settings: StudySettings;
  /** What earlier sessions did. */
  readonly done: Omit<JournalContent, 'evaluations' | 'failures'> & { readonly evaluations: KnownEvaluations };
  readonly journal: JournalWriter;
  /** Of the rows of trials.csv: those of the trials that the journal holds complete, and maybe others. A search takes out those that it comes to. */
  readonly written: Set<number>;
  /** Adds a row to trials.csv. */
  addTrial(trial: Trial): Promise<void>;
  /** Writes trials.csv whole, in the order of ids. */
  writeTrials(trials: readonly Trial[]): Promise<void>;
  /** Writes best.json, and best.pt, the betas as the tensor that ivanvovk/WaveGrad's inference.py loads. */
  writeOutcome(outcome: Outcome): Promise<void>;
}

export interface StudyMode {
  /** The study must exist already. */
  readonly resume?: boolean;
  /** Another study is begun where this one exists: folder-2, folder-3, … */
  readonly fresh?: boolean;
}

/** Takes the folder of a study, or of several, for this process alone; an InputError where another search has it. */
export async function lockStudy(folder: string): Promise<FolderLock> {
  const by = 'another search is writing this study';
  try {
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
      throw new InputError(`${folder}: no study can be made here, --study names another folder: ${error.message}`);
    });
    return await lockFolder(folder, { name: 'study.lock', by, instead: 'name another --study' });
  } catch (error) {
    throw writeFault(folder, error);
  }
}

/**
 * Opens the study in a folder for a search with these settings, making it where there is none. No other search has it until its journal is closed.
 * Throws an InputError that names the difference where the folder holds another study, and one where another search has it.
 */
export async function openStudy(wanted: string, settings: StudySettings, mode: StudyMode, now: number): Promise<Study> {
  const folder = resolve(mode.fresh ? await unusedFolder(wanted) : wanted);
  await findStudy(folder, settings, mode);
  const lock = await lockStudy(folder);
  try {
    return await openLocked(folder, settings, mode, { now, lock });
  } catch (error) {
    await lock.release();
    throw writeFault(folder, error);
  }
}

async function openLocked(
  folder: string,
  settings: StudySettings,
  mode: StudyMode,
  { now, lock }: { readonly now: number; readonly lock: FolderLock },
): Promise<Study> {
  const paths = studyPaths(folder);
  const known = mode.fresh ? undefined : await findStudy(folder, settings, mode);
  if (known === undefined && (await readIfThere(paths.journal)) !== undefined) {
    throw new InputError(`${folder}: there is a journal but no study.json to say what it is of; name another --study`);
  }
  const { validBytes, evaluations, failures, ...rest } = await readJournal(paths.journal);
  // Of one that failed and was made after all, what was made counts.
  const done = { ...rest, evaluations: knownEvaluations([...failures, ...evaluations]) };
  // As the file would give them back: fields in the order of the schema, and none that is undefined.
  const wanted = studySettings.safeParse(JSON.parse(JSON.stringify(settings))).data;
  const isChanged = known === undefined || !isDeepStrictEqual(known, wanted);
  const written = await restoreRows(paths.trials, settings, done.evaluations, isChanged);
  if (isChanged) await writeWhole(paths.settings, toJson(settings));
  const journal = await openJournal(paths.journal, validBytes, now);
  const header = csvHeader(settings);
  const rows = groupedAppends((text) => appendFile(paths.trials, text));
  return {
    folder,
    settings,
    done,
    written,
    journal: {
      append: (entry) => journal.append(entry),
      async close() {
        try {
          await journal.close();
        } catch (error) {
          throw writeFault(folder, error);
        } finally {
          await lock.release();
        }
      },
    },
    addTrial: (trial) => rows.add(csvRow(trial, settings)),
    writeTrials: (trials) => writeWhole(paths.trials, header + trials.map((trial) => csvRow(trial, settings)).join('')),
    async writeOutcome(outcome) {
      // A beta may be 0 or 1 once it is rounded to float32; best.json has it as it is.
      await saveSchedule(paths.tensor, NoiseSchedule.fromBetas(outcome.betas, { asPublished: true })).catch(
        (error: unknown) => {
          if (!(error instanceof InputError)) throw error;
        },
      );
      await writeWhole(paths.best, toJson(outcomeFile(settings, outcome)));
    },
  };
}

/**
 * Makes trials.csv hold whole rows alone, one of each trial that the journal holds complete; rows of others that an earlier session wrote stay, too,
 * unless something changed that may make others of them, such as a larger budget. Gives the ids of all.
 */
async function restoreRows(
  path: string,
  settings: StudySettings,
  evaluations: KnownEvaluations,
  isChanged: boolean,
): Promise<Set<number>> {
  const header = csvHeader(settings);
  const known = new Set<number>();
  for (const { hearings } of evaluations.schedules()) for (const { trial } of hearings) if (trial) known.add(trial);
  const text = isChanged ? '' : ((await readIfThere(path)) ?? '');
  const kept = keptRows(text, header, (id) => known.has(id));
  const isMissing = (id: number) => !kept?.ids.has(id);
  const missing = completeTrials(evaluations.schedules(), settings, isMissing);
  const rows = missing.map((trial) => csvRow(trial, settings)).join('');
  if (kept === undefined) await writeWhole(path, header + rows);
  else {
    if (kept.length < text.length) await truncate(path, Buffer.byteLength(text.slice(0, kept.length)));
    if (rows !== '') await appendFile(path, rows);
  }
  return new Set([...(kept?.ids ?? []), ...missing.map(({ id }) => id)]);
}

/**
 * The settings of the study that a search with these settings would go on with, or undefined where it would make a new one.
 * Throws an InputError that names the difference where the folder holds another study.
 */
async function findStudy(folder: string, settings: StudySettings, mode: StudyMode): Promise<StudySettings | undefined> {
  if (mode.fresh) return undefined;
  const known = await readSettings(folder);
  if (known !== undefined) refuseAnother(folder, known, settings);
  else if (mode.resume) throw new InputError(`${folder}: there is no study to resume here (no study.json)`);
  return known;
}

/**
 * What the search with these settings found that is in the folder, with at least their budget; undefined where it has something left to do, or none
 * began. Throws an InputError that names the difference where the folder holds another study.
 */
export async function finishedBefore(
  folder: string,
  settings: StudySettings,
  mode: StudyMode,
): Promise<Outcome | undefined> {
  const known = await findStudy(folder, settings, mode);
  const outcome = known && (await readOutcome(studyPaths(folder).best));
  return outcome !== undefined && outcome.budget >= settings.budget ? outcome : undefined;
}

/** The settings of the study in a folder, or undefined where there is none. */
export async function readSettings(folder: string): Promise<StudySettings | undefined> {
  const path = studyPaths(folder).settings;
  const text = await readIfThere(path);
  return text === undefined ? undefined : checkData(parseJson(text, path), studySettings, path);
}

/** The settings of the first study that there is in any of these folders, or undefined. */
export async function firstSettings(folders: readonly string[]): Promise<StudySettings | undefined> {
  const all = await Promise.all(folders.map(readSettings));
  return all.find((settings) => settings !== undefined);
}

function refuseAnother(folder: string, known: StudySettings, wanted: StudySettings): void {
  for (const key of Object.keys(studySettings.shape) as (keyof StudySettings)[]) {
    if (NOT_IDENTITY.has(key)) continue;
    if (identityOf(known[key]) !== identityOf(wanted[key])) {
      const [was, is] = [show(known[key]), show(wanted[key])];
      throw new InputError(
        `${folder}: this study was made with ${key} ${was}, but now it is ${is}; use --fresh or another --study for a new one`,
      );
    }
  }
}

/** Of files, the hash and not the name. */
function identityOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (part?.hash === undefined ? part : part.hash)) ?? '';
}

const described = z.union([
  z.object({ name: z.string(), hash: z.string() }).transform(({ name, hash }) => `${name} (${hash.slice(0, 8)})`),
  z
    .object({ name: z.string(), betas: z.array(z.number()) })
    .transform(({ name, betas }) => `${name} [${betas.join(', ')}]`),
]);

/** Of files the name and the beginning of the hash, of schedules the name and the betas, and the rest as it is. */
function show(value: unknown): string {
  const parts = [value].flat().map((part) => described.safeParse(part).data ?? JSON.stringify(part) ?? 'the default');
  const text = parts.join(', ');
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}

/** The folder, or where there is one folder-2, folder-3, … */
export async function unusedFolder(wanted: string): Promise<string> {
  for (let count = 1; ; count++) {
    const folder = count === 1 ? wanted : `${wanted}-${count}`;
    const exists = await stat(folder).then(
      () => true,
      () => false,
    );
    if (!exists) return folder;
  }
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
