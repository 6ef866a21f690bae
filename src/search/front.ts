import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readJournal } from './journal.ts';
import type { Outcome } from './outcome.ts';
import { readStudy, type StudyData } from './read-study.ts';
import type { StudySettings } from './settings.ts';
import { type Estimate, meanOverReplicates, pairedDifference } from './statistics.ts';
import { studiesByLength } from './studies-by-length.ts';
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

/** What a run of several numbers of steps has come to, from the fewest up. */
export interface Front {
  /** Of the studies that are finished, at least one. */
  readonly points: readonly FrontPoint[];
  /** The numbers of steps whose studies are not finished. */
  readonly unfinished: readonly number[];
}

/** What the scores of one front have in common. */
const COMMON = [
  'checkpoint',
  'config',
  'metric',
  'clamp',
  'precision',
  'seed',
  'clipSamples',
  'heldoutClips',
] as const satisfies readonly (keyof StudySettings)[];

/**
 * The front of quality over steps in the folder of a run.
 *
 * @param counts the numbers of steps that it is of; default: all that are there
 * @throws {InputError} if no study is finished, a file of one does not fit, or they are of different models, clips or metrics
 */
export async function readFront(folder: string, counts?: readonly number[]): Promise<Front> {
  const folders = counts?.map((count) => join(folder, String(count))) ?? (await studiesByLength(folder));
  const studies = await Promise.all(folders.map(readStudy));
  const points = await Promise.all(
    studies.flatMap((study) => (study.outcome === undefined ? [] : [pointOf(study, study.outcome)])),
  );
  const [first, ...others] = points.map(({ study }) => study.settings);
  if (first === undefined) {
    throw new InputError(`${folder}: studies of several numbers of steps were expected, but there is no finished one`);
  }
  for (const other of others) {
    const key = COMMON.find((name) => identityOf(other[name]) !== identityOf(first[name]));
    if (key !== undefined) {
      throw new InputError(
        `${folder}: studies of one run were expected, but those of ${first.steps} and of ${other.steps} steps differ in ${key}`,
      );
    }
  }
  const unfinished = studies.filter(({ outcome }) => outcome === undefined).map(({ settings }) => settings.steps);
  return { points, unfinished };
}

/** Those that score lower than all of fewer steps. */
export function onFront(points: readonly FrontPoint[]): FrontPoint[] {
  return points.filter((point, i) => {
    const before = points.slice(0, i).map(meanOf).filter(Number.isFinite);
    return meanOf(point) < Math.min(...before, Number.POSITIVE_INFINITY);
  });
}

/** The one with the lowest score; undefined where none has one. */
export function lowestOf(points: readonly FrontPoint[]): FrontPoint | undefined {
  return onFront(points).at(-1);
}

/** By how much one is worse than another, on the same clips with the same noise. */
export function worseBy(point: FrontPoint, than: FrontPoint): Estimate {
  return pairedDifference(point.byClip, than.byClip);
}

function meanOf({ outcome }: FrontPoint): number {
  return outcome.heldout.mean;
}

/** Of files, the hash and not the name. */
function identityOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => part?.hash ?? part);
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
