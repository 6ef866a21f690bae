import type { Tensor } from '../../../graph/operation.ts';
import type { UpsampledTaps } from '../../../graph/operations/tap-weights.ts';
import type { NodeWriter } from '../node-writer.ts';
import { eightBitKernel, type Scale } from './quantised.ts';
import type { Resampler } from './resampler.ts';
import { upsampledKernels } from './upsampled-kernels.ts';
import type { EightBitValue, ValueWriter } from './value-writer.ts';

/** kernel [cout, cin, taps], biases [cout] or none. */
interface Weights {
  readonly kernel: Tensor;
  readonly biases: Float32Array | undefined;
}

interface Convolver {
  /** With zeros beyond the ends. */
  convolve(
    x: EightBitValue,
    weights: Weights,
    taps: { readonly dilation: number; readonly padding: number },
    result: Scale,
  ): EightBitValue;
  /** Of three samples at least, upsampled by taps that reach little (see reachesLittle). */
  convolveUpsampled(x: EightBitValue, weights: Weights, taps: UpsampledTaps, result: Scale): EightBitValue;
}

export function createConvolver(
  writer: NodeWriter,
  values: ValueWriter,
  resampler: Resampler,
  largestWeight: number,
): Convolver {
  const convolve: Convolver['convolve'] = (x, { kernel, biases }, taps, result) =>
    values.convolve(x, eightBitKernel(kernel, biases, x.step, largestWeight), result, taps);
  return {
    convolve,
    convolveUpsampled(x, { kernel, biases }, taps, result) {
      const cout = kernel.shape[0]!;
      const { first, inner, last } = upsampledKernels(kernel, taps);
      const repeated = biases && Float32Array.from({ length: taps.factor * cout }, (_, i) => biases[i % cout]!);
      const unpadded = { dilation: 1, padding: 0 };
      const parts = [
        convolve(resampler.slice(x, 0, 2), { kernel: first, biases: repeated }, unpadded, result),
        convolve(x, { kernel: inner, biases: repeated }, unpadded, result),
        convolve(resampler.slice(x, -2), { kernel: last, biases: repeated }, unpadded, result),
      ];
      const names = parts.map(({ name }) => name);
      const name = writer.node('Reshape', [writer.node('Concat', names, { axis: 1 }), writer.int64([0, -1, 1, cout])]);
      return { ...result, name };
    },
  };
}
