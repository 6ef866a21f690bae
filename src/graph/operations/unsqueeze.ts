import type { Operation } from '../operation.ts';
import { type Shape, writtenAxes } from '../shape.ts';

/** The same numbers with a dimension of 1 put in at `axis`. */
export const unsqueeze: Operation<{ readonly axis: number }> = {
  name: 'unsqueeze',
  shape: ([x], { axis }) => insert(x!, axis),
  evaluate: ([x], { axis }) => ({ shape: insert(x!.shape, axis) as number[], data: x!.data }),
  lower: (onnx, [x], { axis }, [shape]) =>
    onnx.node('Unsqueeze', [x!, onnx.int64(writtenAxes(axis, shape!.length + 1))]),
  gradient: (graph, { attributes, upstream }) => [() => graph.apply({ name: 'squeeze', attributes }, upstream)],
};

function insert(shape: Shape, axis: number): Shape {
  if (axis < 0 || axis > shape.length) throw new RangeError(`unsqueeze: no axis ${axis} in ${shape.length} dimensions`);
  return [...shape.slice(0, axis), 1, ...shape.slice(axis)];
}
