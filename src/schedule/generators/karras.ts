import type { NoiseSchedule } from '../noise-schedule.ts';
import { checkParameter } from './check-parameter.ts';
import { checkSigmas, sigmaSchedule } from './sigma-schedule.ts';

/**
 * n levels evenly spaced in σ^(1/rho) (Karras et al. 2022, arXiv 2206.00364, equation 5). σ_1 = lo, σ_N = hi; with n = 1, hi alone.
 *
 * @param rho how much denser the levels lie towards lo; 1 is even in σ, and large values approach evenness in ln σ. From 0.1 to 100,
 * default the paper's 7.
 * @throws {InputError} unless n is a whole number from 1 to 100,000, 1e-9 ≤ lo < hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo, and rho is in
 * its range.
 */
export function karras(lo: number, hi: number, n: number, rho = 7): NoiseSchedule {
  const family = { name: 'karras', lo, hi, n, parameters: [rho] };
  checkSigmas(family);
  checkParameter('karras: rho', rho, 0.1, 100);
  const [from, to] = [lo ** (1 / rho), hi ** (1 / rho)];
  return sigmaSchedule(family, (t, rest) => (rest * from + t * to) ** rho);
}
