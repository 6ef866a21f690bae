import type { Tensor } from '../../graph/operation.ts';
import { dimSize, type Shape, type Sizes, sameShape, showShape } from '../../graph/shape.ts';
import { checkFilled } from '../checks.ts';

export interface NamedShape {
  readonly name: string;
  readonly shape: Shape;
}

/**
 * What the symbols in the inputs' shapes stand for in one run.
 *
 * @throws Error that names an input which is missing or of another shape; RangeError for one whose numbers do not fill its shape
 */
export function checkInputs(inputs: readonly NamedShape[], given: Readonly<Record<string, Tensor>>): Sizes {
  const sizes: Record<string, number> = {};
  for (const { name, shape } of inputs) {
    const tensor = given[name];
    if (tensor === undefined) throw new Error(`the input '${name}' is missing`);
    checkFilled(tensor, name);
    shape.forEach((dim, axis) => {
      if (typeof dim !== 'number') sizes[dim.symbol] ??= (tensor.shape[axis] ?? 0) / dim.times;
    });
    checkShape(name, shape, tensor.shape, sizes);
  }
  return sizes;
}

/** @throws Error that names an output for which memory of another shape is given; RangeError for memory that does not fill its shape */
export function checkOutputs(
  outputs: readonly NamedShape[],
  into: Readonly<Record<string, Tensor>>,
  sizes: Sizes,
): void {
  for (const { name, shape } of outputs) {
    const tensor = into[name];
    if (tensor === undefined) continue;
    checkFilled(tensor, name);
    checkShape(name, shape, tensor.shape, sizes);
  }
}

function checkShape(name: string, shape: Shape, given: readonly number[], sizes: Sizes): void {
  const wanted = shape.map((dim) => dimSize(dim, sizes));
  const isWhole = wanted.every(Number.isInteger);
  if (isWhole && sameShape(wanted, given)) return;
  const where = isWhole ? showShape(wanted) : showShape(shape);
  throw new Error(`${name}: the shape ${where} was expected, got ${showShape(given)}`);
}
