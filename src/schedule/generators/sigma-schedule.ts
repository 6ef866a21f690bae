import { InputError } from '../../formats/input-error.ts';
import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { spread } from './spread.ts';

/**
 * The ends that σ may have. Below, ᾱ is 1 in float64 for most of a schedule; above, a β so near 1 holds too few digits for σ to come
 * back from it to 1e-9. WaveGrad's training goes from 1e-3 to 12.3.
 */
const SIGMA_LIMITS = [1e-9, 1e3] as const;

// Closer ends leave 100,000 levels between them too few float64 values to differ by.
const LEAST_RATIO = 1 + 1e-6;

/** What a family over σ is made from. */
interface SigmaFamily {
  readonly name: string;
  readonly lo: number;
  readonly hi: number;
  readonly n: number;
  /** Further arguments, for the schedule's source. */
  readonly parameters?: readonly number[];
}

/**
 * Checks the ends and the number of levels of a family over σ.
 *
 * @throws {InputError} unless n is a whole number from 1 to 100,000 and 1e-9 ≤ lo ≤ hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo for n > 1.
 */
export function checkSigmas({ name, lo, hi, n }: SigmaFamily): void {
  checkCount(`${name}: n`, n);
  const [least, most] = SIGMA_LIMITS;
  if (!(lo >= least && hi <= most && hi >= (n === 1 ? lo : lo * LEAST_RATIO))) {
    throw new InputError(
      `${name}: the range must be two sigmas from 1e-9 to 1000, the second at least 1.000001 times the first, got [${lo}, ${hi}]`,
    );
  }
}

/** The schedule with σ_1 = lo, σ_N = hi and between them sigmaAt(t, 1 − t) at evenly spaced t; for ends that have been checked. */
export function sigmaSchedule(
  { name, lo, hi, n, parameters = [] }: SigmaFamily,
  sigmaAt: (t: number, rest: number) => number,
): NoiseSchedule {
  // The ends as they are: computed, they would be a rounding away.
  const sigmas = spread(n, (t, rest) => (rest === 0 ? hi : t === 0 ? lo : sigmaAt(t, rest)));
  return NoiseSchedule.fromSigmas(sigmas, {
    name: `${name}-${n}`,
    source: `${name}(${[lo, hi, n, ...parameters].join(', ')})`,
  });
}
