import { InputError } from '../formats/input-error.ts';
import { checkCount } from './check-count.ts';
import { type BetaRange, exponentRange } from './exponent-range.ts';
import { NoiseSchedule } from './noise-schedule.ts';
import { gridChoices, gridLength, type ScheduleSequence, scheduleSequence } from './sequence.ts';

/**
 * Every β_i = digit · 10^(lo + i·(hi − lo)/(n − 1)), each position taking every digit: digits.length^n candidates, β_1 varying
 * fastest and β_n slowest. With n = 1 the exponent is lo.
 *
 * @param range the betas' ends at digit 1: betas, or their exponents where both are negative.
 * @param digits the factors, positive and distinct. Default 1 … 9.
 * @throws {InputError} if n, the range or a digit is out of bounds, or the grid has more than 2^53 candidates.
 */
export function digitGrid(
  n: number,
  range: BetaRange,
  digits: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9],
): ScheduleSequence {
  const where = 'digit grid';
  checkCount(`${where}: n`, n);
  if (
    digits.length === 0 ||
    new Set(digits).size < digits.length ||
    !digits.every((d) => d > 0 && Number.isFinite(d))
  ) {
    throw new InputError(`${where}: digits must be distinct and positive, at least one, got [${digits.join(', ')}]`);
  }
  const length = gridLength(where, digits.length, n);
  const [lo, hi] = exponentRange(where, range, Math.max(...digits));
  const powers = Array.from({ length: n }, (_, i) => 10 ** (n === 1 ? lo : lo + (i * (hi - lo)) / (n - 1)));
  return scheduleSequence(where, length, (index) => {
    const chosen = gridChoices(index, digits.length, n).map((choice) => digits[choice]!);
    return NoiseSchedule.fromBetas(
      chosen.map((digit, i) => digit * powers[i]!),
      { name: `digit-grid-${n}-${index}`, source: `digit grid, digits ${chosen.join(' ')}` },
    );
  });
}
