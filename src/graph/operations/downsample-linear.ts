import type { Operation } from '../operation.ts';
import { scaleTime } from '../shape.ts';

/** Of [batch, channels, 1, time], as values are written. */
const TIME_AXIS = 3;

/**
 * Linear interpolation down by a whole factor, without antialiasing: [batch, channels, length · factor] → [batch, channels,
 * length]. Mirrors torch.nn.functional.interpolate(mode='linear', align_corners=False): an odd factor picks the centre
 * sample of each run, an even one averages the two centre samples.
 */
export const downsampleLinear: Operation<{ readonly factor: number }> = {
  name: 'downsampleLinear',
  shape: ([x], { factor }) => scaleTime('downsampleLinear', x!, 1, factor),
  evaluate([x], { factor }) {
    const [batch, channels, long] = x!.shape as [number, number, number];
    const length = long / factor;
    const data = new Float32Array(batch * channels * length);
    const left = Math.floor((factor - 1) / 2);
    const right = Math.floor(factor / 2);
    for (let row = 0; row < batch * channels; row++) {
      for (let t = 0; t < length; t++) {
        const start = row * long + t * factor;
        data[row * length + t] = 0.5 * (x!.data[start + left]! + x!.data[start + right]!);
      }
    }
    return { shape: [batch, channels, length], data };
  },
  lower(onnx, [x], { factor }) {
    const every = (start: number) =>
      onnx.node('Slice', [
        x!,
        onnx.int64([start]),
        onnx.int64([Number.MAX_SAFE_INTEGER]),
        onnx.int64([TIME_AXIS]),
        onnx.int64([factor]),
      ]);
    if (factor === 2) return onnx.node('AveragePool', [x!], { kernel_shape: [1, 2], strides: [1, 2] });
    if (factor % 2 === 1) return every((factor - 1) / 2);
    const sum = onnx.node('Add', [every(factor / 2 - 1), every(factor / 2)]);
    return onnx.node('Mul', [sum, onnx.float32(Float32Array.of(0.5), [1])]);
  },
  gradient: (graph, { attributes, upstream }) => [
    () => graph.apply({ name: 'downsampleLinearAdjoint', attributes }, upstream),
  ],
};
