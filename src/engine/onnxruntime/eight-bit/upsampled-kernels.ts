import type { Tensor } from '../../../graph/operation.ts';
import { reachOf, type UpsampledTaps } from '../../../graph/operations/tap-weights.ts';

/**
 * The kernels by which a convolution after linear upsampling is done at the low rate, for taps that reach little (see reachesLittle): from
 * [cout, cin, taps] to [factor · cout, cin, …], the high-rate samples of each low-rate one as channels.
 */
export interface UpsampledKernels {
  /** From the low-rate samples before, at and after one. */
  readonly inner: Tensor;
  /** For the first low-rate sample, from it and the next. */
  readonly first: Tensor;
  /** For the last low-rate sample, from the one before and it. */
  readonly last: Tensor;
}

export function upsampledKernels(kernel: Tensor, attributes: UpsampledTaps): UpsampledKernels {
  const { factor } = attributes;
  return {
    inner: composed(kernel, attributes, 3, (s) => shares(s, factor, -1, 1)),
    // Interpolation repeats the outermost sample, and a tap beyond the ends meets zeros.
    first: composed(kernel, attributes, 2, (s) => (s < 0 ? [0, 0] : shares(s, factor, 0, 1))),
    last: composed(kernel, attributes, 2, (s) => (s >= factor ? [0, 0] : shares(s, factor, -1, 0))),
  };
}

/** What high-rate sample `s`, counted from the first one of low-rate sample 0, gets from the low-rate samples from `from` to `to`, where others repeat these. */
function shares(s: number, factor: number, from: number, to: number): number[] {
  const source = (s + 0.5) / factor - 0.5;
  const left = Math.floor(source);
  const weights = Array.from({ length: to - from + 1 }, () => 0);
  const give = (sample: number, weight: number) => {
    weights[Math.min(to, Math.max(from, sample)) - from]! += weight;
  };
  give(left, 1 - (source - left));
  give(left + 1, source - left);
  return weights;
}

function composed(
  { data, shape }: Tensor,
  attributes: UpsampledTaps,
  width: number,
  sharesOf: (s: number) => readonly number[],
): Tensor {
  const [cout, cin, taps] = shape as [number, number, number];
  const { factor, dilation } = attributes;
  const out = new Float32Array(factor * cout * cin * width);
  for (let phase = 0; phase < factor; phase++) {
    for (let tap = 0; tap < taps; tap++) {
      const share = sharesOf(phase + tap * dilation - reachOf(attributes));
      for (let channels = 0; channels < cout * cin; channels++) {
        const weight = data[channels * taps + tap]!;
        for (let k = 0; k < width; k++) out[(phase * cout * cin + channels) * width + k]! += weight * share[k]!;
      }
    }
  }
  return { data: out, shape: [factor * cout, cin, width] };
}
