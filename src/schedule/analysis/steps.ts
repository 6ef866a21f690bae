import type { NoiseSchedule } from '../noise-schedule.ts';

/** What step n of a schedule is, in exact arithmetic. */
export interface StepAnalysis {
  /** From 1, the last step of sampling, to N. */
  readonly n: number;
  readonly beta: number;
  /** ℓ_n = sqrt(ᾱ_n). */
  readonly level: number;
  /** σ_n = sqrt((1 − ᾱ_n)/ᾱ_n), the noise beside a signal of unit scale. */
  readonly sigma: number;
  /** −20 log10 σ_n, decibels: of a signal of unit power against its noise. */
  readonly snrDb: number;
  /** ln σ_n − ln σ_{n−1}; Infinity for n = 1, since σ_0 is 0. */
  readonly gap: number;
  /** Standard deviation of the noise that the reverse step n → n−1 adds, sqrt(β_n (1 − ᾱ_{n−1})/(1 − ᾱ_n)); 0 for n = 1. */
  readonly added: number;
  /** Which share of the noise power in y_{n−1}, 1 − ᾱ_{n−1}, that is: β_n/(1 − ᾱ_n), from 0 (all is kept) to 1; 0 for n = 1. */
  readonly addedShare: number;
}

/**
 * Every step of a schedule, n = 1 … N (Ho et al. 2020, arXiv 2006.11239, equation 7). Where a published β is not positive, no noise is
 * added.
 */
export function analyseSteps({ betas, levels, sigmas }: NoiseSchedule): StepAnalysis[] {
  // sqrt(1 − ᾱ_n) = σ_n ℓ_n keeps all digits where ᾱ_n is near 1.
  const noise = sigmas.map((sigma, i) => sigma * levels[i]!);
  return betas.map((beta, i) => {
    const sigma = sigmas[i]!;
    const share = i === 0 ? 0 : Math.max(0, beta) / noise[i]! ** 2;
    return {
      n: i + 1,
      beta,
      level: levels[i]!,
      sigma,
      snrDb: -20 * Math.log10(sigma),
      gap: i === 0 ? Number.POSITIVE_INFINITY : Math.log(sigma) - Math.log(sigmas[i - 1]!),
      added: i === 0 ? 0 : Math.sqrt(share) * noise[i - 1]!,
      addedShare: share,
    };
  });
}
