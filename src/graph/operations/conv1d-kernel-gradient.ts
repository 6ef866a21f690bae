import type { OnnxWriter, Operation } from '../operation.ts';
import { type Dim, sameDim, showShape } from '../shape.ts';

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
  lower(onnx, [x, upstream], { dilation, taps }, [from, to]) {
    const [cin, cout, length] = [from![1] as number, to![1] as number, from![2]!];
    const merged = mergingPays(cin, cout, length, taps);
    const [signal, rows] = [x!, upstream!].map((value) => {
      const matrices = onnx.node('Squeeze', [value, onnx.int64([2])]);
      return merged ? onnx.node('Transpose', [matrices], { perm: [1, 0, 2] }) : matrices;
    }) as [string, string];
    const byTap = Array.from({ length: taps }, (_, k) => {
      const pair = overlap(onnx, rows, signal, (k - (taps - 1) / 2) * dilation, shortest(length));
      return merged ? overMergedBatch(onnx, pair, [cout, cin]) : overEachBatch(onnx, pair);
    });
    if (taps === 1)
      return onnx.node('Transpose', [onnx.node('Unsqueeze', [byTap[0]!, onnx.int64([3])])], { perm: [1, 2, 0, 3] });
    const stacked = onnx.node('Concat', byTap, { axis: 0 });
    return onnx.node('Unsqueeze', [onnx.node('Transpose', [stacked], { perm: [1, 2, 0] }), onnx.int64([2])]);
  },
};

/** Rows, and the signal as much `later` as a tap reads it: what it reads from outside is zero and counts nothing, so both are cut. */
function overlap(onnx: OnnxWriter, rows: string, signal: string, later: number, atLeast: number): [string, string] {
  if (later === 0) return [rows, signal];
  // ONNX Runtime leaves what it finds in memory where a product has no terms, so nothing is cut to nothing.
  if (Math.abs(later) >= atLeast) return [rows, onnx.node('Pad', [signal, onnx.int64([0, 0, -later, 0, 0, later])])];
  const cut = (x: string, by: number) => {
    const [start, end] = by > 0 ? [by, Number.MAX_SAFE_INTEGER] : [0, by];
    return onnx.node('Slice', [x, onnx.int64([start]), onnx.int64([end]), onnx.int64([2])]);
  };
  return [cut(rows, -later), cut(signal, later)];
}

/** Σ over batch and time of rows [batch, cout, time] by signal [batch, cin, time]: [1, cout, cin]. */
function overEachBatch(onnx: OnnxWriter, [rows, signal]: readonly [string, string]): string {
  const product = onnx.node('MatMul', [rows, onnx.node('Transpose', [signal], { perm: [0, 2, 1] })]);
  return onnx.node('ReduceSum', [product, onnx.int64([0])]);
}

/** The same of rows [cout, batch, time] and signal [cin, batch, time]. */
function overMergedBatch(onnx: OnnxWriter, pair: readonly [string, string], channels: readonly number[]): string {
  const [rows, signal] = pair.map((x, i) => onnx.node('Reshape', [x, onnx.int64([channels[i]!, -1])])) as [
    string,
    string,
  ];
  const product = onnx.node('MatMul', [rows, onnx.node('Transpose', [signal], { perm: [1, 0] })]);
  return onnx.node('Unsqueeze', [product, onnx.int64([0])]);
}

/** Frames of a training segment of 7,200 samples; only a choice between two ways to the same numbers rests on it. */
const USUAL_FRAMES = 24;

/**
 * Whether signals are better brought to [channels, batch, time] first, so that one product sums over the batch: where kernels are not much
 * smaller than signals. (Measured: 0.8 of the time for [2, 512, 600] by [2, 512, 600] and 3 taps, half for one tap of [2, 768, 24] by
 * [2, 1536, 24], but 1.1 for one of [2, 128, 3600] by [2, 384, 3600].)
 */
function mergingPays(cin: number, cout: number, length: Dim, taps: number): boolean {
  const time = typeof length === 'number' ? length : length.times * USUAL_FRAMES;
  return cin * cout * taps > 0.2 * (cin + cout) * time;
}

function shortest(length: Dim): number {
  return typeof length === 'number' ? length : length.times;
}
