import type { OnnxAttributes, OnnxWriter } from '../operation.ts';

/** The operation set in which ONNX Runtime keeps its blocked kernels (onnxruntime/core/graph/contrib_ops/nchwc_schema_defs.cc). */
const NCHWC = 'com.microsoft.nchwc';

const WIDEST = 128;

/**
 * Whether a convolution with a kernel [cout, cin, taps] that comes with each run is faster on blocks of channels, the ways there and
 * back included. (Measured on AVX-512: 0.7 of the time for 32 to 32 channels of 7,200 samples and 3 taps, 0.9 for 128 to 128, 1.1 for 512 to 512
 * of 600; 1.0 to 1.3 with one tap.)
 */
export function blockingPays([cout, cin, taps]: readonly [number, number, number], block: number): boolean {
  return taps > 1 && cout <= WIDEST && cout % block === 0 && cin % block === 0;
}

/** Conv as ONNX defines it, of inputs x, kernel and perhaps bias, in blocks of channels. */
export function lowerBlockedConv(
  onnx: OnnxWriter,
  [x, kernel, ...bias]: readonly string[],
  [cout, cin, taps]: readonly [number, number, number],
  attributes: OnnxAttributes,
  block: number,
): string {
  // From [cout, cin · taps] to [cout / block, cin / block, taps, block of cin, block of cout], in two transpositions that move long runs.
  const rows = onnx.node('Reshape', [kernel!, onnx.int64([cout / block, block, cin * taps])]);
  const columns = onnx.node('Transpose', [rows], { perm: [0, 2, 1] });
  const byTap = onnx.node('Reshape', [columns, onnx.int64([(cout * cin) / block ** 2, block, taps, block])]);
  const turned = onnx.node('Transpose', [byTap], { perm: [0, 2, 1, 3] });
  const blocks = onnx.node('Reshape', [turned, onnx.int64([cout, cin, 1, taps])]);
  const blocked = onnx.node('ReorderInput', [x!], {}, NCHWC);
  const result = onnx.node('Conv', [blocked, blocks, ...bias], attributes, NCHWC);
  return onnx.node('ReorderOutput', [result], { channels: cout }, NCHWC);
}
