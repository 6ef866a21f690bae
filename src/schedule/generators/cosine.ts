import type { NoiseSchedule } from '../noise-schedule.ts';
import { checkParameter } from './check-parameter.ts';
import { checkSigmas, sigmaSchedule } from './sigma-schedule.ts';

/**
 * n levels of the cosine schedule, ᾱ(t) = f(t)/f(0), f(t) = cos²(θ), θ = (t + s)/(1 + s) · π/2 (Nichol & Dhariwal 2021,
 * arXiv 2102.09672, equation 17), at evenly spaced t from the one where σ is lo to the one where it is hi. σ_1 = lo, σ_N = hi; with
 * n = 1, hi alone.
 *
 * With θ_0 = θ(0), σ² = f(0)/f(t) − 1 = sin(θ − θ_0)·sin(θ + θ_0)/cos² θ, which loses no digits near t = 0, where ᾱ is nearly 1.
 *
 * @param s keeps the first steps of training from being too small. From 0 to 1, default the paper's 0.008.
 * @throws {InputError} unless n is a whole number from 1 to 100,000, 1e-9 ≤ lo < hi ≤ 1e3, with hi ≥ (1 + 1e-6)·lo, and s is in its
 * range.
 */
export function cosine(lo: number, hi: number, n: number, s = 0.008): NoiseSchedule {
  const family = { name: 'cosine', lo, hi, n, parameters: [s] };
  checkSigmas(family);
  checkParameter('cosine: s', s, 0, 1);
  const start = ((s / (1 + s)) * Math.PI) / 2;
  const [first, last] = [anglesAt(lo, start), anglesAt(hi, start)];
  return sigmaSchedule(family, (t, rest) => {
    const turned = rest * first.turned + t * last.turned;
    const left = rest * first.left + t * last.left;
    return Math.sqrt(Math.sin(turned) * Math.sin(turned + 2 * start)) / Math.sin(left);
  });
}

/** θ − θ_0 and π/2 − θ for a σ, both linear in t and both to full precision: tan² θ = (σ² + sin² θ_0)/cos² θ_0. */
function anglesAt(sigma: number, start: number): { turned: number; left: number } {
  const [sin, cos] = [Math.sin(start), Math.cos(start)];
  const opposite = Math.hypot(sigma, sin);
  return {
    // The tangent of a difference, with σ²/(opposite + sin) for opposite − sin.
    turned: Math.atan2(cos * ((sigma * sigma) / (opposite + sin)), cos * cos + opposite * sin),
    left: Math.atan2(cos, opposite),
  };
}
