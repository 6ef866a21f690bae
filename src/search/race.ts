import { estimate, pairedDifference } from './statistics.ts';

/** A trial's distance for each scoring clip. */
export type ByClip = readonly number[];

/** What candidates are raced against: the best complete trial, and how much a difference to it varies from clip to clip. */
export interface Incumbent {
  readonly score: number;
  /** By the network that the candidates are heard with; of the clips that they are heard on, at least. */
  readonly byClip: ByClip;
  /** Variance over clips of the difference between a trial that is about as good and this one. */
  readonly variance: number;
}

/** Complete trials, beside the best, from which it is judged how much differences vary. */
const FEWEST_OTHERS = 4;

/**
 * The incumbent of a race, from the complete trials so far: the variance is the mean over the better half of the others, so that it is
 * of schedules that are about as good. Undefined where they are too few to say.
 */
export function incumbentOf(complete: readonly ByClip[]): Incumbent | undefined {
  const mean = (byClip: ByClip) => estimate(byClip).mean;
  const [best, ...others] = complete
    .map((byClip, i) => ({ byClip, i }))
    .toSorted((a, b) => mean(a.byClip) - mean(b.byClip) || a.i - b.i)
    .map(({ byClip }) => byClip);
  if (best === undefined || others.length < FEWEST_OTHERS || best.length < 2) return undefined;
  const near = others.slice(0, Math.max(FEWEST_OTHERS, Math.floor(others.length / 2)));
  const variances = near.map((byClip) => best.length * pairedDifference(byClip, best).standardError ** 2);
  return {
    score: mean(best),
    byClip: best,
    variance: variances.reduce((sum, variance) => sum + variance, 0) / variances.length,
  };
}

/** How many standard errors a candidate may be behind. */
const MOST_BEHIND = 2;

/**
 * Whether a candidate has lost on the first clips, those it was heard on: a one-sided paired test with the incumbent's variance, for
 * that of one to five differences says nothing. On 130 random six-step trials of the demo, heard on 1, 3 and 6 clips, it took 39 % of the
 * evaluations and dropped none that was better than the best before it; with the signed-rank test of Wilcoxon, which cannot tell before
 * five clips, 87 %.
 */
export function hasLost(heard: ByClip, { byClip, variance }: Incumbent): boolean {
  const { mean } = pairedDifference(heard, byClip.slice(0, heard.length));
  return !(mean <= MOST_BEHIND * Math.sqrt(variance / heard.length));
}

/** What the candidate's score would be if the other clips were as those that were heard. */
export function expectedScore(heard: ByClip, { score, byClip }: Incumbent): number {
  return score + pairedDifference(heard, byClip.slice(0, heard.length)).mean;
}

/**
 * How many clips are heard at a time: few at first, when most candidates are dropped, in whole calls of the network: 1, 2 and 3 of six.
 *
 * @returns undefined where there are too few to race
 */
export function rungsOf(clips: number, clipsPerCall: number): number[] | undefined {
  const whole = (count: number) => Math.max(clipsPerCall, Math.round(count / clipsPerCall) * clipsPerCall);
  const first = whole(clips / 6);
  const second = whole(clips / 2 - first);
  if (first + second >= clips) return first < clips ? [first, clips - first] : undefined;
  return [first, second, clips - first - second];
}
