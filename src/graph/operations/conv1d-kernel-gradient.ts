import type { OnnxWriter, Operation } from '../operation.ts';
import { sameDim, showShape } from '../shape.ts';

/**
 * What reaches the kernel of conv1d: its input x [batch, cin, length] and the gradient by its output, upstream
 * [batch, cout, length] → [cout, cin, taps]. Tap k pairs each place of upstream with the place of x that it read. Without a gradient of its own.
 */
export const conv1dKernelGradient: Operation<{ readonly dilation: number; readonly taps: number }> = {
  name: 'conv1dKernelGradient',
  shape([x, upstream], { taps }) {
    const [batch, cin, length] = x!;
    const [otherBatch, cout, otherLength] = upstream!;
    const fits = x!.length === 3 && upstream!.length === 3;
    if (!fits || !sameDim(batch!, otherBatch!) || !sameDim(length!, otherLength!)) {
      throw new RangeError(
        `conv1dKernelGradient: input ${showShape(x!)} and upstream ${showShape(upstream!)} do not fit`,
      );
    }
    return [cout!, cin!, taps];
  },
  evaluate([x, upstream], { dilation, taps }) {
    const [batch, cin, length] = x!.shape as [number, number, number];
    const cout = upstream!.shape[1]!;
    const data = new Float32Array(cout * cin * taps);
    for (let o = 0; o < cout; o++) {
      for (let i = 0; i < cin; i++) {
        for (let k = 0; k < taps; k++) {
          let sum = 0;
          for (let b = 0; b < batch; b++) {
            for (let t = 0; t < length; t++) {
              const at = t + (k - (taps - 1) / 2) * dilation;
              if (at < 0 || at >= length) continue;
              sum += upstream!.data[(b * cout + o) * length + t]! * x!.data[(b * cin + i) * length + at]!;
            }
          }
          data[(o * cin + i) * taps + k] = sum;
        }
      }
    }
    return { shape: [cout, cin, taps], data };
  },
  lower(onnx, [x, upstream], { dilation, taps }) {
    const rows = onnx.node('Squeeze', [upstream!, onnx.int64([2])]);
    const byTap = Array.from({ length: taps }, (_, k) => {
      const columns = onnx.node('Squeeze', [delayed(onnx, x!, -(k - (taps - 1) / 2) * dilation), onnx.int64([2])]);
      const product = onnx.node('MatMul', [rows, onnx.node('Transpose', [columns], { perm: [0, 2, 1] })]);
      return onnx.node('ReduceSum', [product, onnx.int64([0])]);
    });
    if (taps === 1)
      return onnx.node('Transpose', [onnx.node('Unsqueeze', [byTap[0]!, onnx.int64([3])])], { perm: [1, 2, 0, 3] });
    const stacked = onnx.node('Concat', byTap, { axis: 0 });
    return onnx.node('Unsqueeze', [onnx.node('Transpose', [stacked], { perm: [1, 2, 0] }), onnx.int64([2])]);
  },
};

/** x [batch, channels, 1, length] moved `by` places towards later times, zeros coming in. */
function delayed(onnx: OnnxWriter, x: string, by: number): string {
  return by === 0 ? x : onnx.node('Pad', [x, onnx.int64([0, 0, 0, by, 0, 0, 0, -by])]);
}
