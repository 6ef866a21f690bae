import type { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import type { Candidate } from '../trial.ts';
import type { LevelSpace } from './level-space.ts';

/** The ends of a schedule lie so many steps outside its first and last level: between them all schedules of a model are about one curve. */
const BEYOND = 0.25;

/**
 * What the best schedules of fewer steps say of the best one of more. As functions of where a level is in its schedule, from 0 to 1, their ln σ change about linearly
 * with 1/N: so the line through the last two is one candidate, that through all by least squares another (those of a real model are only known but for noise), and
 * the last one interpolated the third. On the Gaussian oracle the first, from the optima of N − 2 and N − 1 steps, is within 0.006 dB of the optimum of N
 * from 6 to 13, and the third within 0.05.
 *
 * @param shorter in the order of their steps; those of one step say nothing
 * @param origin of the candidates
 */
export function fromShorter(
  shorter: readonly NoiseSchedule[],
  steps: number,
  space: LevelSpace,
  origin: string,
): Candidate[] {
  // A published schedule may have a level that is zero but for rounding.
  const known = shorter.filter(({ length, sigmas }) => length > 1 && sigmas[0]! > 0);
  const last = known.at(-1);
  if (last === undefined || steps < 2) return [];
  const [extrapolated, fitted, interpolated] = [known.slice(-2), known, [last]].map((schedules) => {
    const levels = Array.from({ length: steps }, (_, i) => placeOf(i, steps)).map((place) => {
      return valueAt(
        1 / steps,
        schedules.map((schedule) => ({ x: 1 / schedule.length, y: logSigmaAt(schedule, place) })),
      );
    });
    return { betas: space.at(levels).betas, origin };
  }) as [Candidate, Candidate, Candidate];
  return [...(known.length > 1 ? [extrapolated] : []), ...(known.length > 2 ? [fitted] : []), interpolated];
}

/** Where a level is in its schedule. */
function placeOf(i: number, steps: number): number {
  return (i + BEYOND) / (steps - 1 + 2 * BEYOND);
}

/** ln σ at a place of a schedule of two steps or more, linear between its levels and beyond them. */
function logSigmaAt({ sigmas }: NoiseSchedule, place: number): number {
  const at = place * (sigmas.length - 1 + 2 * BEYOND) - BEYOND;
  const i = Math.min(sigmas.length - 2, Math.max(0, Math.floor(at)));
  const [low, high] = [Math.log(sigmas[i]!), Math.log(sigmas[i + 1]!)];
  return low + (high - low) * (at - i);
}

/** The least-squares line through points, at x; through one point a constant. */
function valueAt(x: number, points: readonly { readonly x: number; readonly y: number }[]): number {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(points.map((point) => point.x)), mean(points.map((point) => point.y))];
  const spread = mean(points.map((point) => (point.x - meanX) ** 2));
  if (spread === 0) return meanY;
  const together = mean(points.map((point) => (point.x - meanX) * (point.y - meanY)));
  return meanY + ((x - meanX) * together) / spread;
}
