import { InputError } from '../../formats/input-error.ts';
import { elementCount, isTensor, type Tensor } from '../../formats/tensor.ts';
import { checkSteps } from './schedule-parts.ts';

/** What Coqui TTS and others call the betas, in a dictionary or an archive. */
const NAMES = ['beta', 'betas', 'noise_schedule'];

/**
 * The numbers of what PyTorch or numpy saved: a list of numbers and 0-dimensional tensors, or a tensor of one dimension, of one
 * row or of one column.
 *
 * @throws {InputError} that begins with the path for anything else, and for more than 100,000 numbers.
 */
export function savedNumbers(saved: unknown, path: string): number[] {
  if (isTensor(saved) && isVector(saved)) {
    checkSteps(elementCount(saved.shape), path);
    return [...saved.toFloat64()];
  }
  if (Array.isArray(saved)) {
    checkSteps(saved.length, path);
    const numbers = saved.map((element: unknown) =>
      isTensor(element) && element.shape.length === 0 ? element.toFloat64()[0] : element,
    );
    if (numbers.every((element) => typeof element === 'number')) return numbers;
  }
  throw new InputError(`${path}: expected a list of numbers or a one-dimensional tensor, got ${described(saved)}`);
}

/** Whether a value is a dictionary in which something is called as betas are. */
export function namesBetas(saved: unknown): saved is ReadonlyMap<unknown, unknown> {
  return saved instanceof Map && NAMES.some((name) => saved.has(name));
}

/**
 * The one value that is named `beta`, `betas` or `noise_schedule`.
 *
 * @throws {InputError} that begins with the path if there is none, or more than one.
 */
export function namedBetas(saved: ReadonlyMap<unknown, unknown>, path: string): unknown {
  const found = NAMES.filter((name) => saved.has(name));
  if (found.length === 1) return saved.get(found[0]);
  const got = found.length > 1 ? found : [...saved.keys()].slice(0, 5).map((key) => JSON.stringify(key));
  throw new InputError(`${path}: expected exactly one of ${NAMES.join(', ')}, got ${got.join(', ') || 'nothing'}`);
}

function isVector({ shape }: Tensor): boolean {
  return shape.length === 1 || (shape.length === 2 && shape.includes(1));
}

function described(saved: unknown): string {
  if (isTensor(saved)) return `one of shape [${saved.shape.join(', ')}]`;
  if (Array.isArray(saved)) return 'a list of something else';
  return saved instanceof Map ? 'a dictionary' : 'something else';
}
