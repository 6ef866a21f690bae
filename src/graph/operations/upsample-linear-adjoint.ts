import type { Operation } from '../operation.ts';
import { scaleTime } from '../shape.ts';

/** The adjoint of upsampleLinear: [batch, channels, length · factor] → [batch, channels, length], each number shared among the two it was between. */
export const upsampleLinearAdjoint: Operation<{ readonly factor: number }> = {
  name: 'upsampleLinearAdjoint',
  shape: ([x], { factor }) => scaleTime('upsampleLinearAdjoint', x!, 1, factor),
  evaluate([x], { factor }) {
    const [batch, channels, long] = x!.shape as [number, number, number];
    const length = long / factor;
    const sums = new Float64Array(batch * channels * length);
    x!.data.forEach((value, at) => {
      const row = Math.floor(at / long);
      const source = Math.max(0, ((at % long) + 0.5) / factor - 0.5);
      const left = Math.floor(source);
      const right = Math.min(length - 1, left + 1);
      sums[row * length + left]! += (1 - (source - left)) * value;
      sums[row * length + right]! += (source - left) * value;
    });
    return { shape: [batch, channels, length], data: Float32Array.from(sums) };
  },
  // Of each run of `factor` samples the sum goes to one sample; between neighbours flows what their runs owe each other,
  // and nothing flows over the ends, which is how they repeat.
  lower(onnx, [x], { factor }) {
    if (factor === 1) return x!;
    const runs = onnx.node('Transpose', [onnx.node('Reshape', [x!, onnx.int64([0, 0, -1, factor])])], {
      perm: [0, 1, 3, 2],
    });
    const sides = onnx.node('MatMul', [onnx.float32(sideWeights(factor), [3, factor]), runs]);
    const part = (row: number, from: number, to: number) =>
      onnx.node('Slice', [sides, onnx.int64([row, from]), onnx.int64([row + 1, to]), onnx.int64([2, 3])]);
    const sum = part(0, 0, Number.MAX_SAFE_INTEGER);
    const flow = onnx.node('Sub', [part(2, 0, -1), part(1, 1, Number.MAX_SAFE_INTEGER)]);
    const arriving = onnx.node('Pad', [flow, onnx.int64([0, 0, 0, 1, 0, 0, 0, 0])]);
    const leaving = onnx.node('Pad', [flow, onnx.int64([0, 0, 0, 0, 0, 0, 0, 1])]);
    return onnx.node('Sub', [onnx.node('Add', [sum, arriving]), leaving]);
  },
  gradient: (graph, { attributes, upstream }) => [() => graph.apply({ name: 'upsampleLinear', attributes }, upstream)],
};

/** Three rows of `factor`: ones; how much of each sample of a run is owed to the sample before; to the sample after. */
function sideWeights(factor: number): Float32Array {
  const beyond = Array.from({ length: factor }, (_, r) => (r + 0.5) / factor - 0.5);
  return Float32Array.from([
    ...beyond.map(() => 1),
    ...beyond.map((x) => Math.max(0, -x)),
    ...beyond.map((x) => Math.max(0, x)),
  ]);
}
