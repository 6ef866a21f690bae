import { type ByClip, hasLost, type Incumbent } from './race.ts';
import { estimate, pairedDifference, rankCorrelation } from './statistics.ts';

/** A schedule that was heard by both networks on the first clips, with the same noise. */
export interface HeardByBoth {
  readonly coarse: ByClip;
  readonly float: ByClip;
}

/** What the coarse network did in a search. */
export interface CoarseSummary {
  /** Candidates that it alone heard. */
  readonly dropped: number;
  /** What it was charged. */
  readonly nfe: number;
  /** Schedules that both networks heard and made numbers of. */
  readonly heardByBoth: number;
  /** Spearman's correlation between their scores on the first clips by both; NaN for fewer than two. */
  readonly correlation: number;
}

/**
 * Network evaluations that one by the coarse network counts as: at full size it takes 1/1.75 as long as one in float32, in narrow networks 1/1.6
 * (`bench/eight-bit.md`). Not measured where it runs, so that a study is the same everywhere.
 */
export const COARSE_NFE = 0.6;

/** Candidates from which it is judged whether the coarse network pays. */
const JUDGED = 16;

/**
 * Whether it pays to have candidates heard coarsely: by dropping one it saves that one's evaluations in float32 on the same clips, so it must drop as
 * large a part of them as an evaluation by it costs.
 *
 * @param drops of each candidate that it could have dropped, in order, whether it did
 */
export function paysToHearCoarsely(drops: readonly boolean[]): boolean {
  const last = drops.slice(-JUDGED);
  return last.length < JUDGED || last.filter(Boolean).length >= COARSE_NFE * JUDGED;
}

/** Schedules, beside the incumbent, from which it is judged how far the networks disagree. */
const FEWEST_PAIRS = 8;

/**
 * The incumbent for candidates that the coarse network has heard. To the variance over clips comes what the networks disagree by, which more clips do
 * not lessen: the mean square of what the difference to the incumbent is by the one, less that by the other, over the better half of the schedules that
 * both have heard. About zero, not about its mean, so that it grows where the coarse network favours the incumbent.
 *
 * @param own the incumbent by both
 * @param others that were heard by both, in any order, the incumbent not among them
 * @returns undefined where they are too few to say
 */
export function coarseIncumbentOf(
  incumbent: Incumbent,
  own: HeardByBoth,
  others: readonly HeardByBoth[],
): Incumbent | undefined {
  const usable = others.filter(isFinitePair);
  if (!isFinitePair(own) || usable.length < FEWEST_PAIRS) return undefined;
  const near = usable
    .toSorted((a, b) => estimate(a.float).mean - estimate(b.float).mean)
    .slice(0, Math.max(FEWEST_PAIRS, Math.floor(usable.length / 2)));
  const squares = near.map(({ coarse, float }) => {
    const disagreement = pairedDifference(coarse, own.coarse).mean - pairedDifference(float, own.float).mean;
    return disagreement ** 2;
  });
  const meanSquare = squares.reduce((sum, square) => sum + square, 0) / squares.length;
  return { ...incumbent, byClip: own.coarse, variance: incumbent.variance + own.coarse.length * meanSquare };
}

/** Whether a candidate has lost by what the coarse network says; what it makes no number of is left to float32. */
export function hasLostCoarsely(heard: ByClip, incumbent: Incumbent): boolean {
  return heard.every(Number.isFinite) && hasLost(heard, incumbent);
}

/** How alike the two networks rank what both have heard. */
export function agreement(pairs: readonly HeardByBoth[]): Pick<CoarseSummary, 'heardByBoth' | 'correlation'> {
  const usable = pairs.filter(isFinitePair);
  const [coarse, float] = [
    usable.map((pair) => estimate(pair.coarse).mean),
    usable.map((pair) => estimate(pair.float).mean),
  ];
  return { heardByBoth: usable.length, correlation: rankCorrelation(coarse, float) };
}

function isFinitePair({ coarse, float }: HeardByBoth): boolean {
  return [...coarse, ...float].every(Number.isFinite);
}
