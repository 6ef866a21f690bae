import type { NoiseSchedule } from '../noise-schedule.ts';
import { checkSigmas, sigmaSchedule } from './sigma-schedule.ts';

/**
 * n levels evenly spaced in log-SNR, which is −2 ln σ (DPM-Solver, Lu et al. 2022, arXiv 2206.00927, section 3.4; k-diffusion's
 * `get_sigmas_exponential`). σ_1 = lo, σ_N = hi; with n = 1, hi alone.
 *
 * @throws {InputError} unless n is a whole number from 1 to 100,000 and 1e-9 ≤ lo < hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo.
 */
export function uniformLogSnr(lo: number, hi: number, n: number): NoiseSchedule {
  const family = { name: 'uniform-log-snr', lo, hi, n };
  checkSigmas(family);
  return sigmaSchedule(family, (t, rest) => lo ** rest * hi ** t);
}
