import type { Operation } from '../operation.ts';
import { type Shape, showShape } from '../shape.ts';
import { numbered, turned } from './stack-taps.ts';

/** The inverse of stackTaps: [cout · taps, cin, 1] → [cout, cin, taps]. */
export const unstackTaps: Operation<{ readonly taps: number }> = {
  name: 'unstackTaps',
  shape: ([kernel], { taps }) => unstacked(kernel!, taps),
  evaluate([kernel], { taps }) {
    return {
      shape: unstacked(kernel!.shape, taps) as number[],
      data: turned(kernel!.data, taps, kernel!.shape[1]!),
    };
  },
  lower(onnx, [kernel], { taps }, [shape]) {
    const [cout, cin] = unstacked(shape!, taps) as [number, number];
    const byTap = onnx.node('Reshape', [kernel!, onnx.int64([cout, taps, cin, 1])]);
    return onnx.node('Transpose', [byTap], { perm: [0, 2, 3, 1] });
  },
  gradient: (graph, { upstream }) => [() => graph.apply({ name: 'stackTaps', attributes: {} }, upstream)],
};

function unstacked(shape: Shape, taps: number): Shape {
  const [rows, cin, one] = numbered('unstackTaps', shape);
  if (rows % taps !== 0 || one !== 1) {
    throw new RangeError(`unstackTaps: ${showShape(shape)} does not hold ${taps} taps`);
  }
  return [rows / taps, cin, taps];
}
