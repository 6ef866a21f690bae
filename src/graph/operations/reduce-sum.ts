import type { Operation } from '../operation.ts';
import { type Shape, showShape, writtenAxes } from '../shape.ts';
import { repeatedIndex } from './elementwise.ts';

/** Sums over the dimensions `axes`, each of which stays as 1; x itself where there are none. */
export const reduceSum: Operation<{ readonly axes: readonly number[] }> = {
  name: 'reduceSum',
  shape: ([x], { axes }) => reduced(x!, axes),
  evaluate([x], { axes }) {
    const shape = reduced(x!.shape, axes) as number[];
    const sums = new Float64Array(shape.reduce((product, size) => product * size, 1));
    x!.data.forEach((value, flat) => {
      sums[repeatedIndex(shape, x!.shape, flat)]! += value;
    });
    return { shape, data: Float32Array.from(sums) };
  },
  lower(onnx, [x], { axes }, [shape]) {
    const written = new Set(axes.flatMap((axis) => writtenAxes(axis, shape!.length)));
    const sorted = onnx.int64([...written].sort((a, b) => a - b));
    // ONNX takes no axes for all of them unless told otherwise.
    return onnx.node('ReduceSum', [x!, sorted], { noop_with_empty_axes: 1 });
  },
  gradient: (graph, { inputs: [x], upstream }) => [
    () => graph.apply({ name: 'broadcastLike', attributes: {} }, upstream, x!),
  ],
};

function reduced(shape: Shape, axes: readonly number[]): Shape {
  const outside = axes.find((axis) => shape[axis] === undefined);
  if (outside !== undefined) throw new RangeError(`reduceSum: no axis ${outside} in ${showShape(shape)}`);
  return shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim));
}
