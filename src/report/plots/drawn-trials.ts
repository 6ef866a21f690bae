import { byScore, type Trial } from '../../search/trial.ts';
import { counted, grouped } from '../numbers.ts';

const MOST_DRAWN = 2000;
const BEST_DRAWN = 500;

/**
 * Of complete trials those that a plot draws: all, or where they are more than 2,000 the best 500 and about 1,500 others spread evenly
 * over the search. In the order given.
 */
export function drawnTrials(complete: readonly Trial[]): readonly Trial[] {
  if (complete.length <= MOST_DRAWN) return complete;
  const best = new Set(complete.toSorted(byScore).slice(0, BEST_DRAWN));
  const others = complete.length - BEST_DRAWN;
  const wanted = MOST_DRAWN - BEST_DRAWN;
  let seen = 0;
  return complete.filter((trial) => {
    if (best.has(trial)) return true;
    seen++;
    return Math.floor((seen * wanted) / others) > Math.floor(((seen - 1) * wanted) / others);
  });
}

/** The value below which three quarters of these lie: bad schedules score many times the good ones and would flatten a scale. */
export function upperQuartile(scores: readonly number[]): number {
  const sorted = scores.toSorted((a, b) => a - b);
  return sorted[Math.ceil(0.75 * (sorted.length - 1))]!;
}

/** How many trials lost their race before they were heard on all clips, if any did: their scores are guesses. */
export function droppedSentence(trials: readonly Trial[]): string {
  const dropped = trials.filter(({ state }) => state === 'pruned').length;
  return dropped === 0 ? '' : ` ${counted(dropped, 'trial')} dropped early ${dropped === 1 ? 'is' : 'are'} not drawn.`;
}

/** How many are drawn, where not all are. */
export function drawnSentence(drawn: number, complete: number): string {
  if (drawn === complete) return '';
  return ` Drawn are ${grouped(drawn)} of ${grouped(complete)} trials: the best ${BEST_DRAWN} and others spread evenly over the search.`;
}
