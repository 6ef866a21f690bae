import type { Tensor } from '../graph/operation.ts';
import { showShape } from '../graph/shape.ts';
import type { Weights } from './engine.ts';

/** @throws RangeError where a tensor's numbers do not fill its shape */
export function checkFilled({ data, shape }: Tensor, name: string): void {
  const wanted = countOf(shape);
  if (data.length !== wanted) {
    throw new RangeError(`${name}: ${showShape(shape)} takes ${wanted} numbers, got ${data.length}`);
  }
}

/** @throws RangeError for memory that is given for an output that there is not */
export function checkKnown(given: Readonly<Record<string, Tensor>>, outputs: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !outputs.includes(name));
  if (unknown !== undefined) throw new RangeError(`the program has no output ${unknown}`);
}

/** The numbers of a parameter; throws a RangeError where there are none, or another number of them. */
export function weightsOf(weights: Exclude<Weights, 'inputs'>, name: string, shape: readonly number[]): Float32Array {
  const data = weights.get(name);
  if (data === undefined) throw new RangeError(`no weights are given for ${name}`);
  const wanted = countOf(shape);
  if (data.length !== wanted) throw new RangeError(`${name} takes ${wanted} weights, got ${data.length}`);
  return data;
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
