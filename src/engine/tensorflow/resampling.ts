import { endWeights, runKernel, type UpsampledTaps } from '../../graph/operations/tap-weights.ts';
import type { Apply, AttributesOf, TensorFlow, TfTensor } from './operation.ts';

type Tensor4D = Parameters<TensorFlow['conv2d']>[1];
type Size3 = [number, number, number];

/** [batch, time, channels] → [batch, time · factor, channels]. */
export const upsampleLinear: Apply<AttributesOf<'upsampleLinear'>> = (tf, [x], { factor }) => {
  const [batch, time, channels] = x!.shape as Size3;
  const image = tf.reshape(x!, [batch, time, 1, channels]) as Tensor4D;
  // Half-pixel centres are PyTorch's align_corners=False.
  const longer = tf.image.resizeBilinear(image, [time * factor, 1], false, true);
  return tf.reshape(longer, [batch, time * factor, channels]);
};

/** [batch, time · factor, channels] → [batch, time, channels]: that of a single tap, which is not moved. */
export const upsampleLinearAdjoint: Apply<AttributesOf<'upsampleLinearAdjoint'>> = (tf, inputs, { factor }) =>
  factor === 1 ? tf.clone(inputs[0]!) : upsampleTapsAdjoint(tf, inputs, { factor, dilation: 1, taps: 1 });

/** [batch, time · factor, channels] → [batch, time, channels]: the centre sample of each run, or the mean of the two. */
export const downsampleLinear: Apply<AttributesOf<'downsampleLinear'>> = (tf, [x], { factor }) => {
  const [batch, long, channels] = x!.shape as Size3;
  const runs = tf.reshape(x!, [batch, long / factor, factor, channels]);
  const centres = factor % 2 === 0 ? 2 : 1;
  const picked = tf.slice(runs, [0, 0, Math.floor((factor - 1) / 2), 0], [batch, long / factor, centres, channels]);
  return tf.mean(picked, 2);
};

/** [batch, time, channels] → [batch, time · factor, channels], zero where nothing was picked. */
export const downsampleLinearAdjoint: Apply<AttributesOf<'downsampleLinearAdjoint'>> = (tf, [x], { factor }) => {
  const [batch, time, channels] = x!.shape as Size3;
  const centres = factor % 2 === 0 ? 2 : 1;
  const weights = Float32Array.from({ length: factor }, (_, place) =>
    Math.abs(place - (factor - 1) / 2) < 1 ? 1 / centres : 0,
  );
  const runs = tf.mul(tf.reshape(x!, [batch, time, 1, channels]), tf.tensor(weights, [1, 1, factor, 1]));
  return tf.reshape(runs, [batch, time * factor, channels]);
};

/** [batch, time, channels · taps] → [batch, time · factor, channels]. */
export const upsampleTaps: Apply<UpsampledTaps> = (tf, [x], attributes) => {
  const { factor, taps } = attributes;
  const [batch, time, rows] = x!.shape as Size3;
  const channels = rows / taps;
  // One convolution down the rows of [time, channels] with the taps as its channels, and a run of samples for each row. What it misses at the
  // ends comes from the first and the last row again, which is nothing but them.
  const image = tf.reshape(x!, [batch, time, channels, taps]);
  const only = (at: number) =>
    tf.pad(tf.slice(image, [0, at, 0, 0], [batch, 1, channels, taps]), [
      [0, 0],
      [at, time - 1 - at],
      [0, 0],
      [0, 0],
    ]);
  const withEnds = tf.concat([image, only(0), only(time - 1)], 3) as Tensor4D;
  const runs = tf.conv2d(withEnds, upsamplingKernel(tf, attributes), 1, 'same');
  return tf.reshape(tf.transpose(runs, [0, 1, 3, 2]), [batch, time * factor, channels]);
};

/** [batch, time · factor, channels] → [batch, time, channels · taps]. */
export const upsampleTapsAdjoint: Apply<UpsampledTaps> = (tf, [x], attributes) => {
  const { factor, taps } = attributes;
  const [batch, long, channels] = x!.shape as Size3;
  const time = long / factor;
  const runs = tf.transpose(tf.reshape(x!, [batch, time, factor, channels]), [0, 1, 3, 2]) as Tensor4D;
  const kernel = tf.transpose(tf.tensor(runKernel(attributes), [taps, factor, 3]), [2, 1, 0]);
  const gathered = tf.conv2d(runs, tf.expandDims(kernel, 1) as Tensor4D, 1, 'same');
  const missed = (at: number, weights: TfTensor) => {
    const run = tf.reshape(tf.slice(runs, [0, at, 0, 0], [batch, 1, channels, factor]), [batch * channels, factor]);
    const row = tf.reshape(tf.matMul(run, weights, false, true), [batch, 1, channels, taps]);
    return tf.pad(row, [
      [0, 0],
      [at, time - 1 - at],
      [0, 0],
      [0, 0],
    ]);
  };
  const [first, last] = endRuns(attributes).map((weights) => tf.tensor2d(weights, [taps, factor])) as [
    TfTensor,
    TfTensor,
  ];
  const whole = tf.addN([gathered, missed(0, first), missed(time - 1, last)]);
  return tf.reshape(whole, [batch, time, channels * taps]);
};

/** [3, 1, 3 · taps, factor]: from the row before, of its own and after to a run; the taps, those of the first row, those of the last. */
function upsamplingKernel(tf: TensorFlow, attributes: UpsampledTaps): Tensor4D {
  const { factor, taps } = attributes;
  // The row before is the one for which this run is the run after.
  const inside = tf.transpose(tf.reverse(tf.tensor(runKernel(attributes), [taps, factor, 3]), 2), [2, 0, 1]);
  const ends = endRuns(attributes).map((weights) => {
    return tf.pad(tf.tensor(weights, [1, taps, factor]), [
      [1, 1],
      [0, 0],
      [0, 0],
    ]);
  });
  return tf.expandDims(tf.concat([inside, ...ends], 1), 1) as Tensor4D;
}

/** What the inner kernel misses in the first run, and in the last: [taps, factor] each. */
function endRuns(attributes: UpsampledTaps): [Float32Array, Float32Array] {
  const { factor, taps } = attributes;
  const { weights, count } = endWeights(attributes);
  const first = new Float32Array(taps * factor);
  const last = new Float32Array(taps * factor);
  for (let tap = 0; tap < taps; tap++) {
    const row = weights.subarray(tap * 4 * count, (tap + 1) * 4 * count);
    first.set(row.subarray(0, count), tap * factor);
    last.set(row.subarray(3 * count), (tap + 1) * factor - count);
  }
  return [first, last];
}
