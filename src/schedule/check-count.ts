import { InputError } from '../formats/input-error.ts';

// Far beyond any sampler; it keeps a mistyped number from filling the memory.
const MOST = 100_000;

/**
 * Checks a number of steps or of values.
 *
 * @throws {InputError} unless it is a whole number from 1 to 100,000; `where` is what the sentence starts with.
 */
export function checkCount(where: string, count: number): void {
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new InputError(`${where} must be a whole number from 1 to ${MOST}, got ${count}`);
  }
}
