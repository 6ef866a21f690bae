import { InputError } from '../formats/input-error.ts';

/** The ends of a grid's betas: two betas in (0, 1), or their decimal exponents where both are negative. */
export type BetaRange = readonly [lo: number, hi: number];

/**
 * The decimal exponents [lo, hi] of a range, so that [1e-6, 1e-2] and [−6, −2] are the same.
 *
 * @param largestDigit what the upper end is multiplied by at most.
 * @throws {InputError} unless lo < hi, both are betas or both exponents, and largestDigit · 10^hi stays below 1.
 */
export function exponentRange(where: string, [lo, hi]: BetaRange, largestDigit: number): BetaRange {
  const exponents: BetaRange = lo < 0 && hi < 0 ? [lo, hi] : [Math.log10(lo), Math.log10(hi)];
  if (!(exponents[0] >= -300 && exponents[0] < exponents[1] && exponents[1] < 0)) {
    throw new InputError(
      `${where}: the range must be two rising betas between 0 and 1, or their exponents, got [${lo}, ${hi}]`,
    );
  }
  if (largestDigit * 10 ** exponents[1] >= 1) {
    throw new InputError(`${where}: ${largestDigit} times the range's upper end must stay below 1, got [${lo}, ${hi}]`);
  }
  return exponents;
}
