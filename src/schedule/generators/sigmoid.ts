import { InputError } from '../../formats/input-error.ts';
import type { NoiseSchedule } from '../noise-schedule.ts';
import { checkParameter } from './check-parameter.ts';
import { checkSigmas, sigmaSchedule } from './sigma-schedule.ts';

// Just below 0.001, which a difference of two decimals may miss.
const LEAST_WIDTH = 2 ** -10;

/**
 * n levels of the sigmoid schedule, ᾱ(t) = (S(end/τ) − S(x/τ))/(S(end/τ) − S(start/τ)), x = start + t·(end − start), S the logistic
 * function (Jabri et al. 2022, arXiv 2212.11972; Chen 2023, arXiv 2301.10972, algorithm 1, whose defaults these are), at evenly
 * spaced t from the one where σ is lo to the one where it is hi. σ_1 = lo, σ_N = hi; with n = 1, hi alone.
 *
 * With w = (end − start)/(2τ) and k = cosh(end/2τ)/cosh(start/2τ), σ² = k·sinh(w·t)/sinh(w·(1 − t)), in which nothing cancels.
 *
 * @param start where on the logistic curve t = 0 lies. From −10 to 10, default −3.
 * @param end where t = 1 lies. From −10 to 10 and at least 0.001 above start, default 3.
 * @param tau the temperature τ: how straight the piece of the curve is. From 0.1 to 10, default 1.
 * @throws {InputError} unless n is a whole number from 1 to 100,000, 1e-9 ≤ lo < hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo, and the
 * parameters are in their ranges.
 */
export function sigmoid(lo: number, hi: number, n: number, start = -3, end = 3, tau = 1): NoiseSchedule {
  const family = { name: 'sigmoid', lo, hi, n, parameters: [start, end, tau] };
  checkSigmas(family);
  checkParameter('sigmoid: start', start, -10, 10);
  checkParameter('sigmoid: end', end, -10, 10);
  checkParameter('sigmoid: tau', tau, 0.1, 10);
  if (end - start < LEAST_WIDTH) {
    throw new InputError(`sigmoid: end must be at least 0.001 above start, got ${end} for ${start}`);
  }
  const width = (end - start) / (2 * tau);
  const scale = Math.cosh(end / (2 * tau)) / Math.cosh(start / (2 * tau));
  const [first, last] = [argumentsAt((lo * lo) / scale, width), argumentsAt((hi * hi) / scale, width)];
  return sigmaSchedule(family, (t, rest) => {
    const passed = rest * first.passed + t * last.passed;
    const left = rest * first.left + t * last.left;
    return Math.sqrt((scale * Math.sinh(passed)) / Math.sinh(left));
  });
}

/** w·t and w·(1 − t) where sinh(w·t)/sinh(w·(1 − t)) is the ratio: e^(2wt) = (1 + ratio·e^w)/(1 + ratio·e^−w), and so for the other. */
function argumentsAt(ratio: number, width: number): { passed: number; left: number } {
  const doubleSinh = 2 * Math.sinh(width);
  const decayed = Math.exp(-width);
  return {
    passed: Math.log1p((ratio * doubleSinh) / (1 + ratio * decayed)) / 2,
    left: Math.log1p(doubleSinh / (ratio + decayed)) / 2,
  };
}
