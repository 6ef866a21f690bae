import type { JournalEvaluation } from './journal.ts';
import type { StudySettings } from './settings.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Trial } from './trial.ts';

/**
 * The trials of earlier sessions that were heard on all scoring clips, in the order of ids. One that was heard again with more draws of noise is made
 * of what it was heard with before, too.
 */
export function completeTrials(
  evaluations: readonly JournalEvaluation[],
  { metric, replicates, scoringClips }: Pick<StudySettings, 'metric' | 'replicates' | 'scoringClips'>,
): Trial[] {
  const ofSchedule = new Map<string, JournalEvaluation[]>();
  const ofTrial = new Map<number, JournalEvaluation[]>();
  for (const entry of evaluations) {
    if (entry.trial === undefined) continue;
    // What the coarse network said is in no score, but was paid for.
    if (!entry.coarse) add(ofSchedule, entry.betas.join(' '), entry);
    add(ofTrial, entry.trial, entry);
  }
  return [...ofTrial]
    .flatMap(([id, entries]): Trial[] => {
      const { betas, origin = '', parent, draws = replicates } = entries[0]!;
      const inOrder = (ofSchedule.get(betas.join(' ')) ?? []).toSorted(
        (a, b) => (a.clips?.[0] ?? 0) - (b.clips?.[0] ?? 0),
      );
      const rows = Array.from({ length: draws }, (_, replicate) =>
        inOrder
          .filter((entry) => entry.replicate === replicate && entry.trial! <= id)
          .flatMap(({ distances }) => distances[metric]!),
      );
      if (rows.some((row) => row.length < scoringClips.length)) return [];
      const { mean, standardError } = estimate(meanOverReplicates(rows));
      const state = Number.isFinite(mean) ? 'complete' : 'failed';
      const nfe = entries.reduce((sum, entry) => sum + (entry.charged ?? entry.nfe), 0);
      const seconds = entries.reduce((sum, entry) => sum + entry.seconds, 0);
      return [{ betas, origin, parent, id, state, score: mean, standardError, draws, nfe, seconds }];
    })
    .toSorted((a, b) => a.id - b.id);
}

function add<Key>(map: Map<Key, JournalEvaluation[]>, key: Key, entry: JournalEvaluation): void {
  const known = map.get(key);
  if (known === undefined) map.set(key, [entry]);
  else known.push(entry);
}
