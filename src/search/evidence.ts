import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { groupBy } from './group-by.ts';
import { type JournalContent, type JournalMade, readJournal } from './journal.ts';
import { type Listening, readListening } from './listening.ts';
import { meanOverReplicates } from './statistics.ts';
import { studyPaths } from './study.ts';

/** What a worker was at. */
export type Occupation = 'search' | 'verification' | 'clean errors' | 'gradients';

/** A time that a worker spent on one evaluation; several that follow each other may be one. */
export interface Span {
  /** In its session, from 0. */
  readonly worker: number;
  readonly occupation: Occupation;
  /** Seconds of the study, in which sessions follow each other without a gap. */
  readonly start: number;
  readonly end: number;
  /** Evaluations. */
  readonly count: number;
}

/** The distances of a schedule's held-out clips in the verification, each a mean over draws of noise. */
interface ByClip {
  readonly betas: readonly number[];
  readonly distances: Readonly<Record<MetricName, readonly number[]>>;
}

/** What the folder of a study says beyond its trials. */
export interface Evidence {
  readonly spans: readonly Span[];
  /** Where sessions began after the first, in seconds of the study. */
  readonly resumed: readonly number[];
  /** Empty where the search has not come to its end. */
  readonly byClip: readonly ByClip[];
  /** Absent where the search has not come to its end. */
  readonly listening?: Listening;
}

/** @throws {InputError} if a line of the journal or a clip does not fit */
export async function readEvidence(folder: string): Promise<Evidence> {
  const journal = await readJournal(studyPaths(folder).journal);
  return { ...timesOf(journal), byClip: byClipOf(journal), listening: await readListening(folder) };
}

function timesOf({
  sessions,
  evaluations,
  cleanErrors,
  scoreGradients,
}: JournalContent): Pick<Evidence, 'spans' | 'resumed'> {
  const offsets = sessions.map((_, i) =>
    sessions.slice(0, i).reduce((sum, { start, end }) => sum + (end - start) / 1000, 0),
  );
  const entries: JournalMade[] = [...evaluations, ...cleanErrors, ...scoreGradients];
  const spans = sessions.flatMap((session, i): Span[] => {
    const own = entries.filter(({ end }) => session.start <= end && end <= session.end);
    const threads = [...new Set(own.map(({ worker }) => worker))].toSorted((a, b) => a - b);
    const seconds = (at: number) => offsets[i]! + Math.max(0, at - session.start) / 1000;
    return own.map((entry) => ({
      worker: threads.indexOf(entry.worker),
      occupation: occupationOf(entry),
      start: seconds(entry.start),
      end: seconds(entry.end),
      count: 1,
    }));
  });
  return { spans: spans.toSorted((a, b) => a.start - b.start), resumed: offsets.slice(1) };
}

function occupationOf(entry: JournalMade): Occupation {
  if (entry.type === 'clean-error') return 'clean errors';
  if (entry.type === 'score-gradient') return 'gradients';
  return entry.phase === 'search' ? 'search' : 'verification';
}

function byClipOf({ evaluations }: JournalContent): ByClip[] {
  const verification = evaluations.filter(({ phase }) => phase === 'verification');
  return [...groupBy(verification, ({ betas }) => betas.join(' ')).values()].map((draws) => ({
    betas: draws[0]!.betas,
    distances: Object.fromEntries(
      METRIC_NAMES.map((metric) => [metric, meanOverReplicates(draws.map(({ distances }) => distances[metric]!))]),
    ) as Record<MetricName, number[]>,
  }));
}
