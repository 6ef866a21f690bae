import type { Operation } from '../operation.ts';
import { scaleTime } from '../shape.ts';

/**
 * Linear interpolation along time by a whole factor: [batch, channels, length] → [batch, channels, length · factor].
 * Mirrors torch.nn.functional.interpolate(mode='linear', align_corners=False): the ends repeat.
 */
export const upsampleLinear: Operation<{ readonly factor: number }> = {
  name: 'upsampleLinear',
  shape: ([x], { factor }) => scaleTime('upsampleLinear', x!, factor),
  evaluate([x], { factor }) {
    const [batch, channels, length] = x!.shape as [number, number, number];
    const data = new Float32Array(batch * channels * length * factor);
    for (let row = 0; row < batch * channels; row++) {
      for (let t = 0; t < length * factor; t++) {
        const source = Math.max(0, (t + 0.5) / factor - 0.5);
        const left = Math.floor(source);
        const right = Math.min(length - 1, left + 1);
        const weight = source - left;
        data[row * length * factor + t] =
          (1 - weight) * x!.data[row * length + left]! + weight * x!.data[row * length + right]!;
      }
    }
    return { shape: [batch, channels, length * factor], data };
  },
  lower: (onnx, [x], { factor }) =>
    onnx.node('Resize', [x!, '', onnx.float32(Float32Array.of(1, 1, 1, factor), [4])], {
      mode: 'linear',
      coordinate_transformation_mode: 'half_pixel',
    }),
  gradient: (graph, { attributes, upstream }) => [
    () => graph.apply({ name: 'upsampleLinearAdjoint', attributes }, upstream),
  ],
};
