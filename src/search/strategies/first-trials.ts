import { byScore, type Candidate, type Trial } from '../trial.ts';
import { scrambledHalton } from './halton.ts';
import type { LevelSpace } from './level-space.ts';
import type { StrategyContext, StrategyOptions } from './strategy.ts';

/** Schedules tried beside the baselines, since those of few steps, and of counts that nobody published, are far from good. */
const SPREAD = 4;

/**
 * Where a local strategy begins: the best of what it is to start from; else of the baselines and a few schedules whose levels are
 * evenly spread in ln σ, from somewhere in the lowest quarter of the range to somewhere in the highest.
 */
export async function bestOfFirst(
  context: StrategyContext,
  origin: string,
  space: LevelSpace,
  { steps, seed, baselines, starts = [] }: StrategyOptions,
): Promise<Trial> {
  const ends = scrambledHalton(2, seed);
  const quarter = (space.hi - space.lo) / 4;
  const spread = Array.from({ length: SPREAD }, (_, k): Candidate => {
    const [low, high] = ends(k);
    const [from, to] = [space.lo + quarter * low!, space.hi - quarter * high!];
    const logSigmas = Array.from(
      { length: steps },
      (_, i) => to - ((to - from) * (steps - 1 - i)) / Math.max(1, steps - 1),
    );
    return { betas: space.at(logSigmas).betas, origin };
  });
  const given = starts.length > 0 ? starts : baselines;
  const candidates = given.map(({ betas, name }): Candidate => ({ betas, origin: name }));
  const trials = await context.evaluate(starts.length > 0 ? candidates : [...candidates, ...spread]);
  return trials.toSorted(byScore)[0]!;
}

/** What to compare a trial by: that of a failed one is worse than any. */
export function scoreOf({ score }: Trial): number {
  return Number.isNaN(score) ? Number.POSITIVE_INFINITY : score;
}
