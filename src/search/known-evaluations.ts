import type { JournalHearing } from './journal.ts';
import { keyOfNumbers } from './number-key.ts';

/** What an evaluation is known by. */
interface Wanted extends Pick<JournalHearing, 'phase' | 'replicate'> {
  readonly betas: readonly number[];
  readonly clips?: readonly [begin: number, end: number];
  readonly coarse?: boolean;
}

/** Evaluations that earlier sessions made, and those that failed twice, by what they are of. */
export interface KnownEvaluations {
  /** How many there were at first. */
  readonly count: number;
  /** Those of each schedule that were not taken yet, in the order in which they were made. */
  bySchedule(): Iterable<readonly JournalHearing[]>;
  /** The evaluation of that kind; one of a trial is given once and forgotten, since a search asks for each once. */
  take(wanted: Wanted): JournalHearing | undefined;
}

/** Makes evaluations findable in a time that does not depend on how many there are. */
export function knownEvaluations(entries: readonly JournalHearing[]): KnownEvaluations {
  const bySchedule = new Map<string, JournalHearing[]>();
  for (const entry of entries) {
    const key = keyOfNumbers(entry.betas);
    const known = bySchedule.get(key);
    if (known === undefined) bySchedule.set(key, [entry]);
    else known.push(entry);
  }
  return {
    count: entries.length,
    bySchedule: () => bySchedule.values(),
    take({ phase, betas, replicate, clips, coarse }) {
      if (bySchedule.size === 0) return undefined;
      const key = keyOfNumbers(betas);
      const known = bySchedule.get(key);
      if (known === undefined) return undefined;
      // Of two of a kind, which only a search that ran twice at once made, the later.
      const at = known.findLastIndex(
        (entry) =>
          entry.phase === phase &&
          entry.replicate === replicate &&
          (entry.coarse ?? false) === (coarse ?? false) &&
          entry.clips?.[0] === clips?.[0] &&
          entry.clips?.[1] === clips?.[1],
      );
      const found = known[at];
      if (found === undefined || phase !== 'search') return found;
      if (known.length === 1) bySchedule.delete(key);
      else known.splice(at, 1);
      return found;
    },
  };
}
