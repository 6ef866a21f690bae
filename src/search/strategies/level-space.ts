import { InputError } from '../../formats/input-error.ts';
import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { DEFAULT_SIGMA_RANGE } from './sigma-range.ts';

/** Two levels closer than this in ln σ waste a step. */
const SMALLEST_GAP = 0.05;
/** How far apart, in parts of the range, levels are to be whose corrections are alike by a factor of e. */
const CORRELATION_LENGTH = 0.5;
/** Of ln σ, which rounding alone does not reach. */
const SAME = 1e-9;

/** A schedule by its levels. */
export interface Point {
  /** ln σ_1 < … < ln σ_N. */
  readonly logSigmas: readonly number[];
  readonly betas: readonly number[];
}

/** The schedules of so many steps whose levels lie within a range and are not too close. */
export interface LevelSpace {
  /** Ends of ln σ. */
  readonly lo: number;
  readonly hi: number;
  /** The distance in ln σ of levels that are spread evenly over the range. */
  readonly spacing: number;
  /**
   * How much alike a good change of one level and that of its neighbour are, between 0 and 1: ρ, and ρ^m over m levels. Levels closer together,
   * as those of many steps are, have more in common.
   */
  readonly correlation: number;
  /** The point at these ln σ, which `inside` brings into the space. */
  readonly at: (logSigmas: readonly number[]) => Point;
  /**
   * ln σ within the space from any: one beyond an end of the range is reflected there, which leaves no level at the very end as cutting
   * off does, and changes nothing in how far a step goes; then they are put in order, and those too close are moved apart, by no more than is
   * missing. What is within stays as it is.
   */
  readonly inside: (logSigmas: readonly number[]) => number[];
  /** The point of a schedule; of one with levels out of the space, as a published one may have, the nearest within. */
  readonly of: (betas: readonly number[]) => Point;
}

/**
 * @param name of the strategy, for what is said of a bad range
 * @param range of σ
 * @throws {InputError} if the range is not of two rising positive numbers
 */
export function levelSpace(
  name: string,
  steps: number,
  range: readonly [lo: number, hi: number] = DEFAULT_SIGMA_RANGE,
): LevelSpace {
  if (!(range[0] > 0 && range[0] < range[1] && range[1] < Number.POSITIVE_INFINITY)) {
    throw new InputError(`${name}: the range must be two rising positive sigmas, got [${range.join(', ')}]`);
  }
  const [lo, hi] = [Math.log(range[0]), Math.log(range[1])];
  const gap = Math.min(SMALLEST_GAP, (hi - lo) / (4 * steps * steps));

  function reflected(logSigma: number): number {
    if (logSigma >= lo && logSigma <= hi) return logSigma;
    const period = 2 * (hi - lo);
    const way = (((logSigma - lo) % period) + period) % period;
    return lo + Math.min(way, period - way);
  }
  /** Upward from the least noisy level, then downward from what is left below the upper end. */
  function apart(rising: number[]): number[] {
    for (let i = 1; i < steps; i++) rising[i] = Math.max(rising[i]!, rising[i - 1]! + gap);
    rising[steps - 1] = Math.min(rising[steps - 1]!, hi);
    for (let i = steps - 2; i >= 0; i--) rising[i] = Math.min(rising[i]!, rising[i + 1]! - gap);
    return rising;
  }
  const inOrder = (logSigmas: readonly number[]) => apart(logSigmas.toSorted((a, b) => a - b));
  const inside = (logSigmas: readonly number[]) => inOrder(logSigmas.map(reflected));
  const pointAt = (logSigmas: readonly number[]): Point => ({
    logSigmas,
    betas: NoiseSchedule.fromSigmas(logSigmas.map(Math.exp)).betas,
  });

  return {
    lo,
    hi,
    spacing: (hi - lo) / Math.max(1, steps - 1),
    correlation: steps === 1 ? 0 : Math.exp(-1 / (CORRELATION_LENGTH * (steps - 1))),
    at: (logSigmas) => pointAt(inside(logSigmas)),
    inside,
    of: (betas) => {
      const logSigmas = NoiseSchedule.fromBetas(betas, { asPublished: true }).sigmas.map(Math.log);
      const within = inOrder(logSigmas.map((logSigma) => Math.min(hi, Math.max(lo, logSigma))));
      // Its own betas, which rounding would change: a schedule that was tried costs nothing.
      return within.every((logSigma, i) => Math.abs(logSigma - logSigmas[i]!) < SAME)
        ? { logSigmas: within, betas }
        : pointAt(within);
    },
  };
}
