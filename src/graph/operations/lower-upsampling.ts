import type { OnnxWriter } from '../operation.ts';
import { endWeights, runKernel, tapKernel, type UpsampledTaps } from './tap-weights.ts';

/** upsampleTaps of x [batch, channels · taps, 1, length]. */
export function lowerUpsampling(onnx: OnnxWriter, x: string, attributes: UpsampledTaps, channels: number): string {
  const { factor, taps } = attributes;
  const { kernel, width, first } = tapKernel(attributes);
  const rows = onnx.node('Reshape', [x, onnx.int64([-1, taps, 1, 0])]);
  // One transposed convolution takes about as long as Resize of a single tap (with a row for height; without, seven times that); the
  // few samples at the ends are put right in place.
  const spread = onnx.node('ConvTranspose', [rows, onnx.float32(kernel, [taps, 1, 1, width])], {
    strides: [1, factor],
    pads: [0, -first, 0, width - factor + first],
  });
  const { weights, count } = endWeights(attributes);
  const ends = onnx.node('Gather', [rows, onnx.int64([0, -1])], { axis: 3 });
  const missed = onnx.node('MatMul', [
    onnx.node('Reshape', [ends, onnx.int64([-1, 1, 1, 2 * taps])]),
    onnx.float32(weights, [2 * taps, 2 * count]),
  ]);
  const whole = addAt(onnx, spread, endPlaces(count), missed, 3);
  return onnx.node('Reshape', [whole, onnx.int64([-1, channels, 1, 0])]);
}

/** upsampleTapsAdjoint of x [batch, channels, 1, length · factor]. */
export function lowerUpsamplingAdjoint(
  onnx: OnnxWriter,
  x: string,
  attributes: UpsampledTaps,
  channels: number,
): string {
  const { factor, taps } = attributes;
  const rows = onnx.node('Reshape', [onnx.node('Squeeze', [x, onnx.int64([2])]), onnx.int64([-1, 1, 0])]);
  // A convolution of stride `factor` takes longer, and one with a row for height far longer: it is padded to blocks of 16 channels.
  const runs = onnx.node('Transpose', [onnx.node('Reshape', [rows, onnx.int64([0, -1, factor])])], { perm: [0, 2, 1] });
  const kernel = onnx.float32(runKernel(attributes), [taps, factor, 3]);
  const gathered = onnx.node('Conv', [runs, kernel], { pads: [1, 1] });
  const { weights, count } = endWeights(attributes);
  const ends = onnx.node('Gather', [rows, onnx.int64(endPlaces(count))], { axis: 2 });
  const missed = onnx.node('MatMul', [
    onnx.node('Reshape', [ends, onnx.int64([-1, 2 * count])]),
    onnx.float32(transposed(weights, 2 * taps), [2 * count, 2 * taps]),
  ]);
  const whole = addAt(onnx, gathered, [0, -1], onnx.node('Reshape', [missed, onnx.int64([-1, taps, 2])]), 2);
  return onnx.node('Unsqueeze', [onnx.node('Reshape', [whole, onnx.int64([-1, channels * taps, 0])]), onnx.int64([2])]);
}

/** `x` with `values` added at these places of time, its last axis, in its own memory. */
function addAt(onnx: OnnxWriter, x: string, places: readonly number[], values: string, axis: number): string {
  const everywhere = onnx.node('Expand', [onnx.int64(places), onnx.node('Shape', [values])]);
  return onnx.node('ScatterElements', [x, everywhere, values], { axis, reduction: 'add' });
}

/** The places 0 … count − 1 and −count … −1. */
function endPlaces(count: number): number[] {
  return Array.from({ length: 2 * count }, (_, i) => (i < count ? i : i - 2 * count));
}

function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return matrix.map((_, at) => matrix[(at % rows) * columns + Math.floor(at / rows)]!);
}
