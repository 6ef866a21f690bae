import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { checkBetas } from './check-betas.ts';

/**
 * n betas evenly spaced from lo to hi, both ends exact (Ho et al. 2020, arXiv 2006.11239); with n = 1, lo alone.
 *
 * @throws {InputError} if n is not a positive whole number, an end is not strictly between 0 and 1, or
 * ᾱ_n falls below 1e-304.
 */
export function linear(lo: number, hi: number, n: number): NoiseSchedule {
  checkCount('linear: n', n);
  checkBetas('linear', lo, hi);
  const betas = Array.from({ length: n }, (_, i) => {
    const t = n === 1 ? 0 : i / (n - 1);
    return lo * (1 - t) + hi * t;
  });
  return NoiseSchedule.fromBetas(betas, { name: `linear-${n}`, source: `linear(${lo}, ${hi}, ${n})` });
}
