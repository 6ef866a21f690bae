import { byScore, type Trial } from '../../search/trial.ts';
import { counted, grouped } from '../numbers.ts';

const MOST_DRAWN = 2000;
const BEST_SHARE = 0.25;

/**
 * Of complete trials those that a plot draws: all, or where they are more than `most` the best quarter of that number, and others spread evenly
 * over the search. In the order given.
 *
 * @param most default: 2,000
 */
export function drawnTrials(complete: readonly Trial[], most = MOST_DRAWN): readonly Trial[] {
  if (complete.length <= most) return complete;
  const bestCount = Math.floor(BEST_SHARE * most);
  const best = new Set(complete.toSorted(byScore).slice(0, bestCount));
  const others = complete.length - bestCount;
  const wanted = most - bestCount;
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
  return ` Drawn are ${grouped(drawn)} of ${grouped(complete)} trials: the best ${grouped(Math.floor(BEST_SHARE * drawn))} and others spread evenly over the search.`;
}
