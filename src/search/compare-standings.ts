import { type Estimate, estimate, pairedDifference } from './statistics.ts';

/** How a schedule stands beside the best of those that were compared, by one metric. */
export interface Standing {
  /** Of the schedule among those that were given. */
  readonly index: number;
  /** Over clips. */
  readonly score: Estimate;
  /** By how much it is worse than the best, paired; 0 for the best itself. */
  readonly behind: Estimate;
  /**
   * `apart` where it is behind by more than two standard errors; `tied` where it is not; `unsure` where one clip does not tell; `failed`
   * where its score is no finite number.
   */
  readonly place: 'best' | 'apart' | 'tied' | 'unsure' | 'failed';
}

/** In standard errors, beyond which a difference counts. */
const BEYOND = 2;

/** Whether a difference is positive beyond noise. */
export function isBeyondNoise({ mean, standardError }: Estimate): boolean {
  return mean > BEYOND * standardError;
}

/**
 * Schedules by their mean distance, the lowest first, those without a finite one last; of equal ones the first given.
 *
 * @param byClip each one's distance of each clip, the same clips for all
 */
export function standings(byClip: readonly (readonly number[])[]): Standing[] {
  const scores = byClip.map(estimate);
  const key = (i: number) => (Number.isFinite(scores[i]!.mean) ? scores[i]!.mean : Number.POSITIVE_INFINITY);
  const order = [...scores.keys()].toSorted((a, b) => (key(a) === key(b) ? a - b : key(a) - key(b)));
  const best = order[0]!;
  return order.map((index) => {
    const score = scores[index]!;
    const behind = pairedDifference(byClip[index]!, byClip[best]!);
    return { index, score, behind, place: placeOf(score, behind, index === best) };
  });
}

function placeOf(score: Estimate, behind: Estimate, isBest: boolean): Standing['place'] {
  if (!Number.isFinite(score.mean)) return 'failed';
  if (isBest) return 'best';
  if (!Number.isFinite(behind.standardError)) return 'unsure';
  return isBeyondNoise(behind) ? 'apart' : 'tied';
}
