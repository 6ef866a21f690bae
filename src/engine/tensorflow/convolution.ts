import type { Apply, AttributesOf, TensorFlow, TfTensor } from './operation.ts';

/** A kernel as `conv1d` takes it: [cout, cin, taps], kept as [cout, taps, cin] → [taps, 1, cin, cout]. */
export function convolutionKernel(tf: TensorFlow, kernel: TfTensor): TfTensor {
  return tf.expandDims(tf.transpose(kernel, [1, 2, 0]), 1);
}

/**
 * x [batch, time, cin], the kernel of `convolutionKernel`, and a bias [cout] or none → [batch, time, cout]. Taps that are `dilation` samples
 * apart are neighbours down the columns of an image with `dilation` samples in each row, where any convolution kernel is at its best
 * (and has a gradient, which TensorFlow.js gives for dilated ones not).
 */
export const conv1d: Apply<AttributesOf<'conv1d'>> = (tf, [x, kernel, bias], { dilation }) => {
  const [batch, time, cin] = x!.shape as [number, number, number];
  const [taps, , , cout] = kernel!.shape as [number, number, number, number];
  const columns = taps === 1 ? 1 : dilation;
  const rows = Math.ceil(time / columns);
  const beyond = rows * columns - time;
  const padded =
    beyond === 0
      ? x!
      : tf.pad(x!, [
          [0, 0],
          [0, beyond],
          [0, 0],
        ]);
  const image = tf.reshape(padded, [batch, rows, columns, cin]) as Tensor4D;
  const convolved = tf.conv2d(image, kernel as Tensor4D, 1, 'same');
  const whole = tf.reshape(convolved, [batch, rows * columns, cout]);
  const cut = beyond === 0 ? whole : tf.slice(whole, [0, 0, 0], [batch, time, cout]);
  return bias === undefined ? cut : tf.add(cut, bias);
};

type Tensor4D = Parameters<TensorFlow['conv2d']>[1] & { readonly rank: number };

/** x [batch, time, cin] and upstream [batch, time, cout] → the kernel [cout, taps, cin]: for each tap one product of matrices over batch and time. */
export const conv1dKernelGradient: Apply<AttributesOf<'conv1dKernelGradient'>> = (
  tf,
  [x, upstream],
  { dilation, taps },
) => {
  const [batch, time, cin] = x!.shape as [number, number, number];
  const cout = upstream!.shape[2]!;
  const byTap = Array.from({ length: taps }, (_, k) => {
    const later = (k - (taps - 1) / 2) * dilation;
    const common = time - Math.abs(later);
    if (common <= 0) return tf.zeros([cout, cin]);
    // What a tap reads from outside is zero and counts nothing.
    const rows = (value: TfTensor, from: number, width: number) =>
      tf.reshape(tf.slice(value, [0, from, 0], [batch, common, width]), [batch * common, width]);
    const [left, right] = [rows(upstream!, Math.max(0, -later), cout), rows(x!, Math.max(0, later), cin)];
    return tf.matMul(left, right, true);
  });
  return tf.stack(byTap, 1);
};

/** [cout, taps, cin] → [cin, taps, cout], the taps in reverse order. */
export const adjointKernel: Apply = (tf, [kernel]) => tf.transpose(tf.reverse(kernel!, 1), [2, 1, 0]);

/** [cout, taps, cin] → [cout · taps, 1, cin]. */
export const stackTaps: Apply = (tf, [kernel]) => {
  const [cout, taps, cin] = kernel!.shape as [number, number, number];
  return tf.reshape(kernel!, [cout * taps, 1, cin]);
};

/** [cout · taps, 1, cin] → [cout, taps, cin]. */
export const unstackTaps: Apply<AttributesOf<'unstackTaps'>> = (tf, [kernel], { taps }) => {
  const [rows, , cin] = kernel!.shape as [number, number, number];
  return tf.reshape(kernel!, [rows / taps, taps, cin]);
};
