import type { Outcome } from '../search/outcome.ts';
import type { StudyData } from '../search/read-study.ts';
import { STRATEGIES } from '../search/strategies/index.ts';
import { byScore, sameBetas, type Trial } from '../search/trial.ts';

/** A schedule that the report names. */
export interface NamedSchedule {
  readonly name: string;
  readonly betas: readonly number[];
  /** On the scoring clips. */
  readonly score: number;
}

/** Complete trials, the best first; one heard again with more draws of noise comes before those with fewer. */
export function ranked(trials: readonly Trial[]): Trial[] {
  return trials.filter(({ state }) => state === 'complete').toSorted(byScore);
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

/** Of trials that have the same betas the first, in the order given. */
export function unlike(trials: readonly Trial[]): Trial[] {
  const seen = new Set<string>();
  return trials.filter((trial) => {
    const isNew = !seen.has(keyOf(trial));
    seen.add(keyOf(trial));
    return isNew;
  });
}

/**
 * Each schedule as the complete trial with the most draws of noise, the best first. One that lost its race when it was heard again is not
 * among them: its score from fewer draws flattered it.
 */
export function standing(trials: readonly Trial[]): Trial[] {
  const complete = ranked(trials);
  const most = complete[0]?.draws ?? 0;
  const lost = trials.filter(({ state, draws }) => state === 'pruned' && draws <= most);
  // Of equal keys the last is kept, that with the most draws.
  const lostWith = new Map(lost.toSorted((a, b) => a.draws - b.draws).map((trial) => [keyOf(trial), trial.draws]));
  return unlike(complete).filter((trial) => (lostWith.get(keyOf(trial)) ?? 0) <= trial.draws);
}

function keyOf({ betas }: Trial): string {
  return betas.join(' ');
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
