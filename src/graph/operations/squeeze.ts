import type { Operation } from '../operation.ts';
import { type Shape, showShape, writtenAxes } from '../shape.ts';

/** The same numbers without the dimension `axis`, which must be 1. */
export const squeeze: Operation<{ readonly axis: number }> = {
  name: 'squeeze',
  shape: ([x], { axis }) => drop(x!, axis),
  evaluate: ([x], { axis }) => ({ shape: drop(x!.shape, axis) as number[], data: x!.data }),
  lower: (onnx, [x], { axis }, [shape]) => onnx.node('Squeeze', [x!, onnx.int64(writtenAxes(axis, shape!.length))]),
  gradient: (graph, { attributes, upstream }) => [() => graph.apply({ name: 'unsqueeze', attributes }, upstream)],
};

function drop(shape: Shape, axis: number): Shape {
  if (shape[axis] !== 1) throw new RangeError(`squeeze: dimension ${axis} of ${showShape(shape)} is not 1`);
  return shape.filter((_, at) => at !== axis);
}
