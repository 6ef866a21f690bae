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

/** Complete trials, as they come, and the incumbent that they make. */
export interface IncumbentSoFar<Tag> {
  /** @param tag what the trial is known by */
  add(byClip: ByClip, tag: Tag): void;
  /** Undefined where the trials are too few to say. */
  current(): (Incumbent & { readonly tag: Tag }) | undefined;
}

/**
 * Follows the incumbent of a race: the variance is the mean over the better half of the other trials, so that it is of schedules that are about as good.
 * Keeps them in order, and each one's variance until another is the best, so that a night's trials take no longer for each than an hour's.
 */
export function createIncumbent<Tag>(): IncumbentSoFar<Tag> {
  /** The best first; of equal ones the earlier. */
  const trials: ByClip[] = [];
  const tags: Tag[] = [];
  const means: number[] = [];
  /** Of the difference to the best; those from `known` on are still to be computed. */
  const variances: number[] = [];
  let known = 0;
  const variance = (byClip: ByClip) => byClip.length * pairedDifference(byClip, trials[0]!).standardError ** 2;
  return {
    add(byClip, tag) {
      const { mean } = estimate(byClip);
      let [low, high] = [0, means.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (means[middle]! <= mean) low = middle + 1;
        else high = middle;
      }
      trials.splice(low, 0, byClip);
      tags.splice(low, 0, tag);
      means.splice(low, 0, mean);
      variances.splice(low, 0, low === 0 || low > known ? Number.NaN : variance(byClip));
      if (low === 0) known = 0;
      else if (low <= known) known++;
    },
    current() {
      const best = trials[0];
      const others = trials.length - 1;
      if (best === undefined || others < FEWEST_OTHERS || best.length < 2) return undefined;
      const near = Math.max(FEWEST_OTHERS, Math.floor(others / 2));
      for (; known <= near; known++) variances[known] = variance(trials[known]!);
      let sum = 0;
      for (let i = 1; i <= near; i++) sum += variances[i]!;
      return { score: means[0]!, byClip: best, variance: sum / near, tag: tags[0]! };
    },
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
