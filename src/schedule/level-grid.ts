import { InputError } from '../formats/input-error.ts';
import { checkCount } from './check-count.ts';
import { NoiseSchedule } from './noise-schedule.ts';
import { gridChoices, gridLength, type ScheduleSequence, scheduleSequence } from './sequence.ts';

/**
 * Every schedule whose σ_n takes one of `valuesPerPosition` values in the n-th of n disjoint ranges, all equally wide in ln σ
 * between lo and hi; the values are the midpoints of equal parts. valuesPerPosition^n candidates in prefix order: the noisiest
 * level varies slowest and the least noisy fastest, so that neighbours share as many of the first sampling steps as they can.
 *
 * @param range σ's ends, 0 < lo < hi.
 * @throws {InputError} if an argument is out of bounds or the grid has more than 2^53 candidates.
 */
export function levelGrid(
  n: number,
  [lo, hi]: readonly [lo: number, hi: number],
  valuesPerPosition: number,
): ScheduleSequence {
  const where = 'level grid';
  checkCount(`${where}: n`, n);
  checkCount(`${where}: valuesPerPosition`, valuesPerPosition);
  if (!(lo > 0 && lo < hi && hi < Number.POSITIVE_INFINITY)) {
    throw new InputError(`${where}: the range must be two rising positive sigmas, got [${lo}, ${hi}]`);
  }
  const length = gridLength(where, valuesPerPosition, n);
  const logStep = Math.log(hi / lo) / (n * valuesPerPosition);
  return scheduleSequence(where, length, (index) => {
    const sigmas = gridChoices(index, valuesPerPosition, n).map(
      (choice, i) => lo * Math.exp(logStep * (i * valuesPerPosition + choice + 0.5)),
    );
    return NoiseSchedule.fromSigmas(sigmas, { name: `level-grid-${n}-${index}`, source: `level grid, index ${index}` });
  });
}
