import { isTensor } from './tensor.ts';

/** Whether a value is a network's state dict: a dictionary with a tensor named as a module's parameter, such as `conv.weight`. */
export function isStateDict(value: unknown): boolean {
  if (!(value instanceof Map)) return false;
  return [...value].some(([name, saved]) => typeof name === 'string' && name.includes('.') && isTensor(saved));
}
