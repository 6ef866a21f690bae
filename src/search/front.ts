import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readJournal } from './journal.ts';
import type { Outcome } from './outcome.ts';
import { readStudy, type StudyData } from './read-study.ts';
import { meanOverReplicates } from './statistics.ts';
import { studyPaths } from './study.ts';
import { sameBetas } from './trial.ts';

/** The best schedule of one number of steps, of a run that searched several. */
export interface FrontPoint {
  readonly study: StudyData;
  readonly outcome: Outcome;
  /** Distances on the held-out clips in the verification, means over draws of noise, by which the best of other numbers of steps can be compared with it. */
  readonly byClip: readonly number[];
  /** Seconds that a worker took for a second of audio, the metric included: the median over evaluations of the verification. */
  readonly realTimeFactor: number;
}

/** The folders of the studies that a run of several numbers of steps has made, by number of steps; none where the folder is of no such run. */
export async function studiesByLength(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  const counts = names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
  return counts.sort((a, b) => a - b).map((count) => join(folder, String(count)));
}

/**
 * The front of quality over steps, from the fewest up: of the studies that are finished.
 *
 * @throws {InputError} if there is none, or a file of one does not fit
 */
export async function readFront(folder: string): Promise<FrontPoint[]> {
  const studies = await Promise.all((await studiesByLength(folder)).map(readStudy));
  const points = await Promise.all(
    studies.map(async (study) => (study.outcome === undefined ? [] : [await pointOf(study, study.outcome)])),
  );
  if (points.flat().length === 0) {
    throw new InputError(`${folder}: studies of several numbers of steps were expected, but there is no finished one`);
  }
  return points.flat();
}

async function pointOf(study: StudyData, outcome: Outcome): Promise<FrontPoint> {
  const { metric, clipSamples, sampleRate, heldoutClips } = study.settings;
  const { evaluations } = await readJournal(studyPaths(study.folder).journal);
  const verification = evaluations.filter(({ phase }) => phase === 'verification');
  const ofWinner = verification.filter(({ betas }) => sameBetas(betas, outcome.betas));
  const audio = (heldoutClips.length * clipSamples) / sampleRate;
  const seconds = verification.filter(({ nfe, betas }) => nfe === betas.length).map((entry) => entry.seconds);
  return {
    study,
    outcome,
    byClip: meanOverReplicates(ofWinner.map(({ distances }) => distances[metric]!)),
    realTimeFactor: (seconds.toSorted((a, b) => a - b)[Math.floor(seconds.length / 2)] ?? Number.NaN) / audio,
  };
}
