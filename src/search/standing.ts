import { keyOfNumbers } from './number-key.ts';
import { byScore, type Trial } from './trial.ts';

/** Complete trials, the best first; one heard again with more draws of noise comes before those with fewer. */
export function ranked(trials: readonly Trial[]): Trial[] {
  return trials.filter(({ state }) => state === 'complete').toSorted(byScore);
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
  return keyOfNumbers(betas);
}
