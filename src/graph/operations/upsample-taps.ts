import type { Operation, Tensor } from '../operation.ts';
import { scaleTime } from '../shape.ts';
import { lowerUpsampling } from './lower-upsampling.ts';
import { channelsOf, reachOf, type UpsampledTaps } from './tap-weights.ts';
import { upsampleLinear } from './upsample-linear.ts';

/**
 * What convolving each tap alone at the low rate leaves to do: [batch, channels · taps, length], channel c · taps + k holding tap k
 * of channel c → [batch, channels, length · factor]. Each tap is upsampled as by upsampleLinear, moved as its dilation says, zeros coming
 * in, and the taps of a channel are added. So conv1d(upsampleLinear(x)) is upsampleTaps(conv1d(x)) with one tap, at 1/factor of the work.
 * A tap moves by at most half a factor, rounded up.
 */
export const upsampleTaps: Operation<UpsampledTaps> = {
  name: 'upsampleTaps',
  shape: ([x], attributes) =>
    scaleTime('upsampleTaps', x!, attributes.factor).with(
      1,
      channelsOf('upsampleTaps', x!, attributes, attributes.taps),
    ),
  evaluate([x], attributes) {
    const { factor, dilation, taps } = attributes;
    const upsampled = upsampleLinear.evaluate([x!], { factor });
    const [batch, rows, length] = upsampled.shape as [number, number, number];
    const shape = [batch, rows / taps, length];
    const sums = new Float64Array((batch * rows * length) / taps);
    upsampled.data.forEach((value, at) => {
      const [row, s] = [Math.floor(at / length), at % length];
      const t = s - ((row % taps) * dilation - reachOf(attributes));
      if (t >= 0 && t < length) sums[Math.floor(row / taps) * length + t]! += value;
    });
    return { shape, data: Float32Array.from(sums) } satisfies Tensor;
  },
  lower: (onnx, [x], attributes, [shape]) =>
    lowerUpsampling(onnx, x!, attributes, (shape![1] as number) / attributes.taps),
  gradient: (graph, { attributes, upstream }) => [
    () => graph.apply({ name: 'upsampleTapsAdjoint', attributes }, upstream),
  ],
};
