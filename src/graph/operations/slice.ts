import type { Operation, Tensor } from '../operation.ts';
import { type Shape, showShape, writtenAxis } from '../shape.ts';

/** The part of x from `start`, of `length`, along the dimension `axis`, whose size is a number. */
export const slice: Operation<{ readonly axis: number; readonly start: number; readonly length: number }> = {
  name: 'slice',
  shape: ([x], { axis, start, length }) => {
    const size = sizeAlong('slice', x!, axis);
    if (start < 0 || length < 1 || start + length > size) {
      throw new RangeError(`slice: ${start} to ${start + length} is not in dimension ${axis} of ${showShape(x!)}`);
    }
    return x!.with(axis, length);
  },
  evaluate: ([x], { axis, start, length }) => shifted(x!, axis, length, start),
  lower: (onnx, [x], { axis, start, length }, [shape]) =>
    onnx.node('Slice', [
      x!,
      onnx.int64([start]),
      onnx.int64([start + length]),
      onnx.int64([writtenAxis(axis, shape!.length)]),
    ]),
  gradient: (graph, { inputs: [x], attributes: { axis, start, length }, upstream }) => [
    () => {
      const after = (x!.shape[axis] as number) - start - length;
      return graph.apply({ name: 'pad', attributes: { axis, before: start, after } }, upstream);
    },
  ],
};

export function sizeAlong(operation: string, shape: Shape, axis: number): number {
  const size = shape[axis];
  if (typeof size !== 'number')
    throw new RangeError(`${operation}: no numbered dimension ${axis} in ${showShape(shape)}`);
  return size;
}

/** Of size `length` along `axis`, where place i holds what x has at i + start, and zero where x has nothing. */
export function shifted({ shape, data }: Tensor, axis: number, length: number, start: number): Tensor {
  const inner = shape.slice(axis + 1).reduce((product, size) => product * size, 1);
  const outer = shape.slice(0, axis).reduce((product, size) => product * size, 1);
  const size = shape[axis]!;
  const out = new Float32Array(outer * length * inner);
  const from = Math.max(0, start);
  for (let row = 0; row < outer; row++) {
    const kept = data.subarray((row * size + from) * inner, (row * size + Math.min(size, start + length)) * inner);
    out.set(kept, (row * length + from - start) * inner);
  }
  return { shape: shape.with(axis, length), data: out };
}
