import { InputError } from '../formats/input-error.ts';
import type { NoiseSchedule } from './noise-schedule.ts';

/** Schedules that are made when asked for: countable, indexable from 0, iterable in order. */
export interface ScheduleSequence extends Iterable<NoiseSchedule> {
  readonly length: number;
  /** @throws {InputError} unless index is a whole number from 0 to length − 1. */
  at(index: number): NoiseSchedule;
}

/** The sequence of make(0) … make(length − 1); `where` names it in errors. */
export function scheduleSequence(
  where: string,
  length: number,
  make: (index: number) => NoiseSchedule,
): ScheduleSequence {
  return {
    length,
    at(index) {
      if (!Number.isInteger(index) || index < 0 || index >= length) {
        throw new InputError(`${where}: index must be a whole number from 0 to ${length - 1}, got ${index}`);
      }
      return make(index);
    },
    *[Symbol.iterator]() {
      for (let index = 0; index < length; index++) yield make(index);
    },
  };
}

/**
 * The length of the grid with `values` values at each of n positions.
 *
 * @throws {InputError} if values^n is more than 2^53, where indices stop being exact.
 */
export function gridLength(where: string, values: number, n: number): number {
  const length = values ** n;
  if (length > 2 ** 53) {
    throw new InputError(`${where}: expected at most 2^53 candidates, got ${values}^${n}`);
  }
  return length;
}

/** The choice at each of n positions that an index stands for, the first position varying fastest. */
export function gridChoices(index: number, values: number, n: number): number[] {
  let rest = index;
  return Array.from({ length: n }, () => {
    const choice = rest % values;
    rest = (rest - choice) / values;
    return choice;
  });
}
