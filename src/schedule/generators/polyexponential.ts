import { InputError } from '../../formats/input-error.ts';
import type { NoiseSchedule } from '../noise-schedule.ts';
import { checkParameter } from './check-parameter.ts';
import { checkSigmas, sigmaSchedule } from './sigma-schedule.ts';

// The smallest ln σ_2 − ln σ_1 for which σ rises whatever the roundings: some 20 of them.
const LEAST_GAP = 1e-14;

/**
 * n levels whose ln σ goes from ln lo to ln hi as t^rho, t evenly spaced (k-diffusion's `get_sigmas_polyexponential`). σ_1 = lo,
 * σ_N = hi; with n = 1, hi alone.
 *
 * @param rho how much denser the levels lie towards lo; 1, the default, is even in ln σ. From 0.1 to 100, and small enough that
 * ln σ_2 − ln σ_1 = ln(hi/lo)·(n − 1)^(−rho) is at least 1e-14, below which float64 no longer tells the two apart.
 * @throws {InputError} unless n is a whole number from 1 to 100,000, 1e-9 ≤ lo < hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo, and rho is in
 * its range; the sentence says how large it may be.
 */
export function polyexponential(lo: number, hi: number, n: number, rho = 1): NoiseSchedule {
  const family = { name: 'polyexponential', lo, hi, n, parameters: [rho] };
  checkSigmas(family);
  checkParameter('polyexponential: rho', rho, 0.1, 100);
  const span = Math.log(hi / lo);
  const most = Math.floor((100 * Math.log(span / LEAST_GAP)) / Math.log(n - 1)) / 100;
  if (n > 2 && rho > most) {
    throw new InputError(
      `polyexponential: rho must be at most ${most} for ${n} levels from ${lo} to ${hi} to differ in float64, got ${rho}`,
    );
  }
  return sigmaSchedule(family, (t) => lo * Math.exp(t ** rho * span));
}
