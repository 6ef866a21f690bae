import type { TensorFlow, TfTensor } from './operation.ts';

/**
 * TensorFlow's CPU kernels convolve with channels last only, so that [batch, channels, time] is kept as [batch, time, channels]; other ranks
 * stay as they are. This is its own inverse.
 */
function stored<Size>(shape: readonly Size[]): Size[] {
  return shape.length === 3 ? [shape[0]!, shape[2]!, shape[1]!] : [...shape];
}

/** Where a dimension of a shape of that rank is kept. */
export function storedAxis(axis: number, rank: number): number {
  return rank === 3 && axis > 0 ? 3 - axis : axis;
}

/** The tensor with its dimensions as `stored` has them, from the order of the graph or back. */
export function turned(tf: TensorFlow, x: TfTensor): TfTensor {
  if (x.rank !== 3) return tf.clone(x);
  // Where one of the two is 1, the numbers lie the same way.
  return x.shape[1] === 1 || x.shape[2] === 1 ? tf.reshape(x, stored(x.shape)) : tf.transpose(x, [0, 2, 1]);
}
