import type { JournalEvaluation } from './journal.ts';
import type { KnownSchedule } from './known-evaluations.ts';
import type { StudySettings } from './settings.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Trial } from './trial.ts';

/**
 * The trials of earlier sessions that were heard on all scoring clips, in the order of ids. One that was heard again with more draws of noise is made
 * of what it was heard with before, too.
 *
 * @param schedules with their evaluations, in the order in which they were made
 * @param isWanted of a trial's id; default: all are
 */
export function completeTrials(
  schedules: Iterable<Pick<KnownSchedule, 'hearings'>>,
  settings: Pick<StudySettings, 'metric' | 'replicates' | 'scoringClips'>,
  isWanted: (id: number) => boolean = () => true,
): Trial[] {
  const trials: Trial[] = [];
  for (const { hearings: all } of schedules) {
    if (!all.some(({ trial }) => trial !== undefined && isWanted(trial))) continue;
    const entries = all.filter((entry) => entry.type === 'evaluation');
    const ids = new Set(entries.flatMap(({ trial }) => trial ?? []));
    for (const id of ids) if (isWanted(id)) trials.push(...completeTrial(id, entries, settings));
  }
  return trials.toSorted((a, b) => a.id - b.id);
}

/** One trial of a schedule, or none where it was not heard to the end. */
function completeTrial(
  id: number,
  ofSchedule: readonly JournalEvaluation[],
  { metric, replicates, scoringClips }: Pick<StudySettings, 'metric' | 'replicates' | 'scoringClips'>,
): Trial[] {
  const own = ofSchedule.filter((entry) => entry.trial === id);
  const { betas, origin = '', parent, draws = replicates } = own[0]!;
  // What the coarse network said is in no score, but was paid for.
  const heard = ofSchedule
    .filter((entry) => entry.trial !== undefined && entry.trial <= id && !entry.coarse)
    .toSorted((a, b) => (a.clips?.[0] ?? 0) - (b.clips?.[0] ?? 0));
  const rows = Array.from({ length: draws }, (_, replicate) =>
    heard.filter((entry) => entry.replicate === replicate).flatMap(({ distances }) => distances[metric]!),
  );
  if (rows.some((row) => row.length < scoringClips.length)) return [];
  const { mean, standardError } = estimate(meanOverReplicates(rows));
  const state = Number.isFinite(mean) ? 'complete' : 'failed';
  const nfe = own.reduce((sum, entry) => sum + (entry.charged ?? entry.nfe), 0);
  const seconds = own.reduce((sum, entry) => sum + entry.seconds, 0);
  return [{ betas, origin, parent, id, state, score: mean, standardError, draws, nfe, seconds }];
}
