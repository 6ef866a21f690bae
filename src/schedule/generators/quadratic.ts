import { checkCount } from '../check-count.ts';
import { NoiseSchedule } from '../noise-schedule.ts';
import { checkBetas } from './check-betas.ts';

/**
 * n betas with evenly spaced square roots from lo to hi, both ends exact; with n = 1, lo alone. 'quad' in the code of DDPM (Ho et al.
 * 2020, arXiv 2006.11239), the "scaled linear" schedule of latent diffusion (Rombach et al. 2021, arXiv 2112.10752).
 *
 * @throws {InputError} if n is not a whole number from 1 to 100,000, an end is not strictly between 0 and 1, or ᾱ_n falls below
 * 1e-304.
 */
export function quadratic(lo: number, hi: number, n: number): NoiseSchedule {
  checkCount('quadratic: n', n);
  checkBetas('quadratic', lo, hi);
  const betas = Array.from({ length: n }, (_, i) => {
    if (i === 0) return lo;
    const t = i / (n - 1);
    return t === 1 ? hi : (Math.sqrt(lo) * (1 - t) + Math.sqrt(hi) * t) ** 2;
  });
  return NoiseSchedule.fromBetas(betas, { name: `quadratic-${n}`, source: `quadratic(${lo}, ${hi}, ${n})` });
}
