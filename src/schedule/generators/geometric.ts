import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { checkBetas } from './check-betas.ts';

/**
 * n betas evenly spaced in ln β from lo to hi, both ends exact; with n = 1, lo alone.
 *
 * @throws {InputError} if n is not a positive whole number, an end is not strictly between 0 and 1, or
 * ᾱ_n falls below 1e-304.
 */
export function geometric(lo: number, hi: number, n: number): NoiseSchedule {
  checkCount('geometric: n', n);
  checkBetas('geometric', lo, hi);
  const betas = Array.from({ length: n }, (_, i) => {
    const t = n === 1 ? 0 : i / (n - 1);
    return lo ** (1 - t) * hi ** t;
  });
  return NoiseSchedule.fromBetas(betas, { name: `geometric-${n}`, source: `geometric(${lo}, ${hi}, ${n})` });
}
