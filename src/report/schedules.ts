import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { byScore, sameBetas, type Trial } from '../search/trial.ts';

/** A schedule that the report names. */
export interface NamedSchedule {
  readonly name: string;
  readonly betas: readonly number[];
  /** On the scoring clips. */
  readonly score: number;
}

/** Trials with a score, the best first. */
export function ranked(trials: readonly Trial[]): Trial[] {
  return trials.filter(({ state }) => state === 'complete').toSorted(byScore);
}

/** The winner, or the best so far of an unfinished search; undefined where no trial is complete. */
export function leader({ trials, outcome }: StudyData): NamedSchedule | undefined {
  if (outcome !== undefined) return outcome;
  const best = ranked(trials)[0];
  return best && { name: `trial ${best.id}`, betas: best.betas, score: best.score };
}

/** What the search has to beat. An unfinished search knows those that its strategy has tried. */
export function baselinesOf({ settings, trials, outcome }: StudyData): readonly NamedSchedule[] {
  if (outcome !== undefined) return outcome.comparisons;
  return trials
    .filter(({ origin, parent }) => origin !== settings.strategy && parent === undefined)
    .map(({ origin, betas, score }) => ({ name: origin, betas, score }));
}

/** The baseline with the lowest held-out score; undefined where none has one. */
export function bestBaseline({ comparisons }: Outcome): Outcome['comparisons'][number] | undefined {
  const finite = comparisons.filter(({ heldout }) => Number.isFinite(heldout.mean));
  return finite.toSorted((a, b) => a.heldout.mean - b.heldout.mean)[0];
}

/** How a baseline stands beside the winner: apart where the paired difference is beyond two standard errors. */
export function verdict({ difference, betas }: Outcome['comparisons'][number], winner: readonly number[]): string {
  if (sameBetas(betas, winner)) return 'the winner itself';
  if (!Number.isFinite(difference.mean)) return 'failed';
  if (difference.mean > 2 * difference.standardError) return 'worse';
  if (difference.mean < -2 * difference.standardError) return 'better';
  return 'not distinguishable';
}
