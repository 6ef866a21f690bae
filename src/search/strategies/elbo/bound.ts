import { InputError } from '../../../formats/input-error.ts';
import { checkCount } from '../../../schedule/check-count.ts';

/** How well a network sees the clean signal: at each σ, strictly rising, E‖y0 − ŷ0(y_σ)‖²/d, the mean squared error per sample. */
export interface ErrorTable {
  readonly sigmas: readonly number[];
  readonly errors: readonly number[];
}

/** The schedules with the lowest bound over the levels of a table, for every number of steps and every noisiest level. */
export interface Bound {
  /**
   * Of the best schedule of so many steps whose noisiest level has that index in the table: the sum of its jumps' costs, in nats per sample. What
   * the start adds to the bound is left out. Infinite where there is none, for an index below steps − 1.
   */
  cost(steps: number, terminal: number): number;
  /** That schedule's σ_1 < … < σ_N, levels of the table. Throws a RangeError where there is none. */
  sigmas(steps: number, terminal: number): number[];
}

/**
 * The optimum of the variational bound by dynamic programming (Watson et al. 2021, arXiv 2106.03802, algorithm 1), for all numbers of steps at once: with
 * F the cost of a jump, C[1, j] = F[0, j] and C[k, j] = min over i < j of C[k − 1, i] + F[i, j], in float64; of equal ones the least noisy i. Takes
 * time for steps · M²/2 sums, M the levels of the table, and keeps steps · M costs and where each came from.
 *
 * @param maxSteps the most steps to ask for, from 1 to 100,000
 * @param decoderVariance δ², the variance of p(y0 | y_1) around ŷ0(y_1)
 * @throws {InputError} if the σ are not positive and rising, an error is not positive and finite, or δ² is not
 */
export function bound({ sigmas, errors }: ErrorTable, maxSteps: number, decoderVariance: number): Bound {
  checkCount('bound: the number of steps', maxSteps);
  checkTable({ sigmas, errors });
  if (!isPositive(decoderVariance))
    throw new InputError(`bound: δ² must be positive and finite, got ${decoderVariance}`);
  const levels = sigmas.length;
  const snr = Float64Array.from(sigmas, (sigma) => sigma ** -2);
  const costs = [Float64Array.from(errors, (error) => lastJumpCost(error, decoderVariance))];
  const origins = [new Int32Array(levels)];
  for (let k = 2; k <= Math.min(maxSteps, levels); k++) {
    const before = costs.at(-1)!;
    const cost = new Float64Array(levels).fill(Number.POSITIVE_INFINITY);
    const origin = new Int32Array(levels);
    for (let j = k - 1; j < levels; j++) {
      for (let i = k - 2; i < j; i++) {
        const sum = before[i]! + jumpCost(snr[i]!, snr[j]!, errors[j]!);
        if (sum < cost[j]!) {
          cost[j] = sum;
          origin[j] = i;
        }
      }
    }
    costs.push(cost);
    origins.push(origin);
  }
  const costOf = (steps: number, terminal: number) => costs[steps - 1]?.[terminal] ?? Number.POSITIVE_INFINITY;
  return {
    cost: costOf,
    sigmas(steps, terminal) {
      if (costOf(steps, terminal) === Number.POSITIVE_INFINITY) {
        throw new RangeError(`bound: no ${steps} of ${levels} levels end at index ${terminal}`);
      }
      const path = [sigmas[terminal]!];
      for (let k = steps, j = terminal; k > 1; k--) {
        j = origins[k - 1]![j]!;
        path.push(sigmas[j]!);
      }
      return path.reverse();
    },
  };
}

/**
 * What a jump down from level r to level s, neither of them clean data, costs with the posterior variance: ½ (SNR_s − SNR_r) R(r) nats per sample,
 * SNR = 1/σ², R(r) the error at r. It is the short form of ½ ᾱ_s β²/((1 − ᾱ_r)² β̃) R(r), β = 1 − ᾱ_r/ᾱ_s, β̃ = β (1 − ᾱ_s)/(1 − ᾱ_r).
 */
export function jumpCost(snrTo: number, snrFrom: number, errorFrom: number): number {
  return ((snrTo - snrFrom) * errorFrom) / 2;
}

/** What the last jump, to clean data, costs: R/(2δ²) + ½ ln(2πδ²) nats per sample, the negative logarithm of a Gaussian density. */
export function lastJumpCost(error: number, decoderVariance: number): number {
  return error / (2 * decoderVariance) + Math.log(2 * Math.PI * decoderVariance) / 2;
}

function checkTable({ sigmas, errors }: ErrorTable): void {
  if (sigmas.length === 0 || sigmas.length !== errors.length) {
    throw new InputError(`bound: an error for each σ was expected, got ${errors.length} for ${sigmas.length}`);
  }
  for (const [i, sigma] of sigmas.entries()) {
    if (!isPositive(sigma) || sigma <= (sigmas[i - 1] ?? 0)) {
      throw new InputError(`bound: sigma_${i + 1} must be finite and above ${sigmas[i - 1] ?? 0}, got ${sigma}`);
    }
    if (!isPositive(errors[i]!)) {
      throw new InputError(`bound: the error at sigma_${i + 1} must be positive and finite, got ${errors[i]}`);
    }
  }
}

function isPositive(value: number): boolean {
  return value > 0 && value < Number.POSITIVE_INFINITY;
}
