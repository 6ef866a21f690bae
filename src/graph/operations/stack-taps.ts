import type { Operation } from '../operation.ts';
import { type Shape, showShape } from '../shape.ts';

/** A kernel whose taps are output channels of their own: [cout, cin, taps] → [cout · taps, cin, 1], row o · taps + k holding tap k of o. */
export const stackTaps: Operation<object> = {
  name: 'stackTaps',
  shape: ([kernel]) => {
    const [cout, cin, taps] = numbered('stackTaps', kernel!);
    return [cout * taps, cin, 1];
  },
  evaluate([kernel]) {
    const [cout, cin, taps] = kernel!.shape as [number, number, number];
    return { shape: [cout * taps, cin, 1], data: turned(kernel!.data, cin, taps) };
  },
  lower(onnx, [kernel], _, [shape]) {
    const [cout, cin, taps] = shape as [number, number, number];
    const turned = onnx.node('Transpose', [kernel!], { perm: [0, 3, 1, 2] });
    return onnx.node('Reshape', [turned, onnx.int64([cout * taps, cin, 1, 1])]);
  },
  gradient: (graph, { inputs: [kernel], upstream }) => [
    () => graph.apply({ name: 'unstackTaps', attributes: { taps: kernel!.shape[2] as number } }, upstream),
  ],
};

/** [runs, rows, columns] → [runs, columns, rows]. */
export function turned(data: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(data.length);
  let at = 0;
  for (let run = 0; run < data.length; run += rows * columns) {
    for (let column = 0; column < columns; column++) {
      for (let row = 0; row < rows; row++) out[at++] = data[run + row * columns + column]!;
    }
  }
  return out;
}

export function numbered(operation: string, shape: Shape): readonly [number, number, number] {
  if (shape.length !== 3 || shape.some((size) => typeof size !== 'number')) {
    throw new RangeError(`${operation}: ${showShape(shape)} is not a kernel [cout, cin, taps]`);
  }
  return shape as readonly number[] as readonly [number, number, number];
}
