import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { ranked, unlike } from '../search/standing.ts';
import { STRATEGIES } from '../search/strategies/index.ts';
import { sameBetas, type Trial } from '../search/trial.ts';

/** A schedule that the report names. */
export interface NamedSchedule {
  readonly name: string;
  readonly betas: readonly number[];
  /** On the scoring clips. */
  readonly score: number;
}

/** The winner, or the best so far of an unfinished search; undefined where no trial is complete. */
export function leader({ trials, outcome }: StudyData): NamedSchedule | undefined {
  if (outcome !== undefined) return outcome;
  const best = ranked(trials)[0];
  return best && { name: `trial ${best.id}`, betas: best.betas, score: best.score };
}

/** The trial with a schedule's best founded score; undefined where none is complete. */
export function scoredTrial(trials: readonly Trial[], betas: readonly number[]): Trial | undefined {
  return ranked(trials.filter((trial) => sameBetas(trial.betas, betas)))[0];
}

/** What the search has to beat. An unfinished search knows those that its strategy has tried; what was not heard to its end has no score. */
export function baselinesOf({ trials, outcome }: StudyData): readonly NamedSchedule[] {
  if (outcome !== undefined) return outcome.comparisons;
  const given = trials.filter(({ origin, parent }) => parent === undefined && !Object.hasOwn(STRATEGIES, origin));
  return unlike(given).map(({ origin, betas }) => {
    return { name: origin, betas, score: scoredTrial(trials, betas)?.score ?? Number.NaN };
  });
}

/** A schedule that was verified on held-out clips beside the winner, and by how much it is worse. */
type Rival = Outcome['comparisons'][number];

/** Whether the runner-up is one of the baselines, which is then what the report calls it. */
export function runnerUpAmongBaselines({ runnerUp, comparisons }: Outcome): Rival | undefined {
  return runnerUp && comparisons.find(({ betas }) => sameBetas(betas, runnerUp.betas));
}

/** All that was verified beside the winner, under the names that tables give them: the runner-up, unless it is a baseline, and the baselines. */
export function rivalsOf(outcome: Outcome): readonly Rival[] {
  const { runnerUp, comparisons } = outcome;
  const baseline = runnerUpAmongBaselines(outcome);
  if (runnerUp !== undefined && baseline === undefined) {
    return [{ ...runnerUp, name: `trial ${runnerUp.trial}, runner-up` }, ...comparisons];
  }
  return comparisons.map((each) => (each === baseline ? { ...each, name: `${each.name}, runner-up` } : each));
}

/** The baseline with the lowest held-out score; undefined where none has one. */
export function bestBaseline({ comparisons }: Outcome): Outcome['comparisons'][number] | undefined {
  const finite = comparisons.filter(({ heldout }) => Number.isFinite(heldout.mean));
  return finite.toSorted((a, b) => a.heldout.mean - b.heldout.mean)[0];
}

/** `worse` or `better` than the winner only where the paired difference is beyond two standard errors. */
export type Verdict = 'worse' | 'better' | 'not distinguishable' | 'unsure: one clip' | 'failed' | 'the winner itself';

/** How what was verified beside the winner stands beside it. */
export function verdict(
  { difference, heldout, betas }: Pick<Rival, 'difference' | 'heldout' | 'betas'>,
  winner: Outcome,
): Verdict {
  if (sameBetas(betas, winner.betas)) return 'the winner itself';
  if (!Number.isFinite(heldout.mean)) return 'failed';
  if (!Number.isFinite(winner.heldout.mean)) return 'better';
  if (!Number.isFinite(difference.standardError)) return 'unsure: one clip';
  if (difference.mean > 2 * difference.standardError) return 'worse';
  if (difference.mean < -2 * difference.standardError) return 'better';
  return 'not distinguishable';
}
