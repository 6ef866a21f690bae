import type { Operation } from '../operation.ts';
import { scaleTime } from '../shape.ts';
import { lowerUpsamplingAdjoint } from './lower-upsampling.ts';
import { channelsOf, reachOf, type UpsampledTaps } from './tap-weights.ts';
import { upsampleLinearAdjoint } from './upsample-linear-adjoint.ts';

/** The adjoint of upsampleTaps: [batch, channels, length · factor] → [batch, channels · taps, length]. */
export const upsampleTapsAdjoint: Operation<UpsampledTaps> = {
  name: 'upsampleTapsAdjoint',
  shape: ([x], attributes) =>
    scaleTime('upsampleTapsAdjoint', x!, 1, attributes.factor).with(
      1,
      channelsOf('upsampleTapsAdjoint', x!, attributes, 1) * attributes.taps,
    ),
  evaluate([x], attributes) {
    const { factor, dilation, taps } = attributes;
    const [batch, channels, length] = x!.shape as [number, number, number];
    const data = new Float32Array(batch * channels * taps * length);
    for (let row = 0; row < batch * channels * taps; row++) {
      for (let s = 0; s < length; s++) {
        const t = s - ((row % taps) * dilation - reachOf(attributes));
        if (t >= 0 && t < length) data[row * length + s] = x!.data[Math.floor(row / taps) * length + t]!;
      }
    }
    return upsampleLinearAdjoint.evaluate([{ shape: [batch, channels * taps, length], data }], { factor });
  },
  lower: (onnx, [x], attributes, [shape]) => lowerUpsamplingAdjoint(onnx, x!, attributes, shape![1] as number),
  gradient: (graph, { attributes, upstream }) => [() => graph.apply({ name: 'upsampleTaps', attributes }, upstream)],
};
