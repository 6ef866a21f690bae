import type { Operation } from '../operation.ts';
import { type Shape, showShape } from '../shape.ts';

/** Of [cin, cout, 1, taps], as values are written. */
const TAPS_AXIS = 3;

/** The kernel of a convolution's adjoint: [cout, cin, taps] → [cin, cout, taps], with the taps in reverse order. */
export const adjointKernel: Operation<object> = {
  name: 'adjointKernel',
  shape: ([kernel]) => turned(kernel!),
  evaluate([kernel]) {
    const [cout, cin, taps] = kernel!.shape as [number, number, number];
    const data = new Float32Array(kernel!.data.length);
    for (let o = 0; o < cout; o++) {
      for (let i = 0; i < cin; i++) {
        for (let k = 0; k < taps; k++) {
          data[(i * cout + o) * taps + taps - 1 - k] = kernel!.data[(o * cin + i) * taps + k]!;
        }
      }
    }
    return { shape: [cin, cout, taps], data };
  },
  lower(onnx, [kernel], _, [shape]) {
    const transposed = onnx.node('Transpose', [kernel!], { perm: [1, 0, 2, TAPS_AXIS] });
    const taps = shape![2] as number;
    if (taps === 1) return transposed;
    const reverse = onnx.int64(Array.from({ length: taps }, (_, k) => taps - 1 - k));
    return onnx.node('Gather', [transposed, reverse], { axis: TAPS_AXIS });
  },
  gradient: (graph, { upstream }) => [() => graph.apply({ name: 'adjointKernel', attributes: {} }, upstream)],
};

function turned(shape: Shape): Shape {
  const [cout, cin, taps] = shape;
  if (shape.length !== 3 || typeof taps !== 'number') {
    throw new RangeError(`adjointKernel: expected [cout, cin, taps], got ${showShape(shape)}`);
  }
  return [cin!, cout!, taps];
}
