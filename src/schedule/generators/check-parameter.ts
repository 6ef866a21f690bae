import { InputError } from '../../formats/input-error.ts';

/** @throws {InputError} unless the parameter lies between least and most, both included; `where` is what the sentence starts with. */
export function checkParameter(where: string, value: number, least: number, most: number): void {
  if (!(value >= least && value <= most)) {
    throw new InputError(`${where} must lie between ${least} and ${most}, got ${value}`);
  }
}
