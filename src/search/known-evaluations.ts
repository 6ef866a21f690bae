import type { JournalHearing } from './journal.ts';
import { keyOfNumbers } from './number-key.ts';
import type { Taken } from './taken.ts';

/** What an evaluation of a schedule is known by. */
interface Wanted extends Pick<JournalHearing, 'phase' | 'replicate'> {
  readonly clips?: readonly [begin: number, end: number];
  readonly coarse?: boolean;
}

/** A schedule that earlier sessions have heard, or this one takes. */
export interface KnownSchedule {
  /** What earlier sessions heard of it and was not taken yet, in the order in which it was made. */
  readonly hearings: readonly JournalHearing[];
  /** Of the trials that this session made of it the last, with the most draws of noise. */
  taken?: Taken;
  /** The evaluation of that kind. */
  find(wanted: Wanted): JournalHearing | undefined;
  /** The same; one of a trial is given once and forgotten, since a search asks for each once. */
  take(wanted: Wanted): JournalHearing | undefined;
}

/** Evaluations that earlier sessions made, and those that failed twice, by what they are of. */
export interface KnownEvaluations {
  /** How many there were at first. */
  readonly count: number;
  /** Those schedules that there are. */
  schedules(): Iterable<KnownSchedule>;
  /** The schedule with these betas; one that was not known is from then on. */
  schedule(betas: readonly number[]): KnownSchedule;
}

/** Makes evaluations findable in a time that does not depend on how many there are. */
export function knownEvaluations(entries: readonly JournalHearing[]): KnownEvaluations {
  const schedules = new Map<string, Schedule>();
  const schedule = (betas: readonly number[]) => {
    const key = keyOfNumbers(betas);
    let known = schedules.get(key);
    if (known === undefined) {
      known = new Schedule();
      schedules.set(key, known);
    }
    return known;
  };
  for (const entry of entries) schedule(entry.betas).add(entry);
  return { count: entries.length, schedules: () => schedules.values(), schedule };
}

const NOTHING: readonly JournalHearing[] = [];

/** A class, since there are as many as trials, and functions for each would weigh more than what they know. */
class Schedule implements KnownSchedule {
  hearings = NOTHING;
  taken: Taken | undefined = undefined;

  add(entry: JournalHearing): void {
    this.hearings = this.hearings === NOTHING ? [entry] : this.hearings.concat(entry);
  }

  find({ phase, replicate, clips, coarse }: Wanted): JournalHearing | undefined {
    if (this.hearings.length === 0) return undefined;
    // Of two of a kind, which only a search that ran twice at once made, the later.
    return this.hearings.findLast(
      (entry) =>
        entry.phase === phase &&
        entry.replicate === replicate &&
        (entry.coarse ?? false) === (coarse ?? false) &&
        entry.clips?.[0] === clips?.[0] &&
        entry.clips?.[1] === clips?.[1],
    );
  }

  take(wanted: Wanted): JournalHearing | undefined {
    const found = this.find(wanted);
    if (found === undefined || wanted.phase !== 'search') return found;
    this.hearings = this.hearings.length === 1 ? NOTHING : this.hearings.filter((entry) => entry !== found);
    return found;
  }
}
