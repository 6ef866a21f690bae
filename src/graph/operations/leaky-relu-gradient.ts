import type { Operation } from '../operation.ts';
import { sameShape, showShape } from '../shape.ts';

/** Takes every positive normal float32 to 1 or above. */
const STEEP = 2 ** 126;

/**
 * What reaches the input of a leaky ReLU: x and upstream, both of one shape → upstream where x > 0, slope · upstream elsewhere.
 * At 0 it takes the left side, as PyTorch does. slope is from 0 to 1.
 */
export const leakyReluGradient: Operation<{ readonly slope: number }> = {
  name: 'leakyReluGradient',
  shape([x, upstream]) {
    if (!sameShape(x!, upstream!)) {
      throw new RangeError(`leakyReluGradient: shapes ${showShape(x!)} and ${showShape(upstream!)} differ`);
    }
    return x!;
  },
  evaluate: ([x, upstream], { slope }) => ({
    shape: x!.shape,
    data: upstream!.data.map((value, i) => (x!.data[i]! > 0 ? value : slope * value)),
  }),
  // Greater and Where take two to three times as long.
  lower(onnx, [x, upstream], { slope }) {
    const steep = onnx.node('Mul', [x!, onnx.float32(Float32Array.of(STEEP), [1])]);
    const [low, high] = [slope, 1].map((bound) => onnx.float32(Float32Array.of(bound), []));
    return onnx.node('Mul', [onnx.node('Clip', [steep, low!, high!]), upstream!]);
  },
  gradient: (graph, { inputs: [x], attributes, upstream }) => [
    undefined,
    () => graph.apply({ name: 'leakyReluGradient', attributes }, x!, upstream),
  ],
};
