import { InputError } from '../../formats/input-error.ts';

/** @throws {InputError} unless both are strictly between 0 and 1; `where` is what the sentence starts with. */
export function checkBetas(where: string, lo: number, hi: number): void {
  if (!(lo > 0 && lo < 1 && hi > 0 && hi < 1)) {
    throw new InputError(`${where}: the range must be two betas strictly between 0 and 1, got [${lo}, ${hi}]`);
  }
}
