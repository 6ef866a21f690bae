import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { ranked, standing } from '../../search/standing.ts';
import type { Trial } from '../../search/trial.ts';
import { drawCounts } from '../draws.ts';
import { upperQuartile } from './drawn-trials.ts';

/** Schedules with scores that can be set beside each other, at least one. */
export interface Comparable {
  /** Each schedule as the complete trial with its most draws of noise, in the order of ids. */
  readonly trials: readonly Trial[];
  /** Its score, or where scores are of different numbers of draws, how far it is behind the best of as many. */
  readonly scoreOf: (trial: Trial) => number;
  /** What `scoreOf` gives. */
  readonly label: 'score' | 'behind best';
  /** How far it is behind the best, of as many draws; of the best itself the smallest that another is, so that all have a place on a logarithmic axis. */
  readonly behind: (trial: Trial) => number;
  /** The lowest score, the one that three quarters stay at or below, and the highest. */
  readonly best: number;
  readonly cap: number;
  readonly worst: number;
  /** σ_1 … σ_N, worked out once. */
  readonly sigmasOf: (trial: Trial) => readonly number[];
}

/** A study's complete trials as schedules that can be compared. */
export function comparable(all: readonly Trial[]): Comparable {
  const trials = standing(all).toSorted((a, b) => a.id - b.id);
  const isMixed = drawCounts(all).length > 1;
  // Of equal keys the last is kept: the lowest score.
  const bests = new Map(
    ranked(all)
      .toReversed()
      .map(({ draws, score }) => [draws, score]),
  );
  const scoreOf = ({ draws, score }: Trial) => (isMixed ? score - bests.get(draws)! : score);
  const scores = trials.map(scoreOf);
  const best = scores.reduce((a, b) => Math.min(a, b));
  const least = scores.reduce((a, b) => (b > best ? Math.min(a, b - best) : a), Number.POSITIVE_INFINITY);
  const known = new Map<Trial, readonly number[]>();
  return {
    trials,
    scoreOf,
    label: isMixed ? 'behind best' : 'score',
    behind: (trial) => Math.max(scoreOf(trial) - best, Number.isFinite(least) ? least : 1),
    best,
    cap: upperQuartile(scores),
    worst: scores.reduce((a, b) => Math.max(a, b)),
    sigmasOf(trial) {
      const sigmas = known.get(trial) ?? NoiseSchedule.fromBetas(trial.betas, { asPublished: true }).sigmas;
      known.set(trial, sigmas);
      return sigmas;
    },
  };
}

/** That scores are of different numbers of draws, where they are. */
export function mixedNote({ label }: Comparable): string {
  return label === 'score'
    ? ''
    : ' Scores of different numbers of noise draws are not alike, so each schedule stands behind the best of as many draws as its most.';
}
