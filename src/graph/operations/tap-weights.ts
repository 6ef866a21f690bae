import { type Shape, showShape } from '../shape.ts';
import { sizeAlong } from './slice.ts';

/** A convolution along time with its signal upsampled first: by `factor`, with `taps` (an odd number) taps `dilation` samples apart. */
export interface UpsampledTaps {
  readonly factor: number;
  readonly dilation: number;
  readonly taps: number;
}

/** The samples between a convolution's first tap and its centre one. */
export function reachOf({ dilation, taps }: UpsampledTaps): number {
  return (dilation * (taps - 1)) / 2;
}

/** Whether what the taps move over an end comes from the outermost low-rate sample alone: their reach is at most half a factor, rounded up. */
export function reachesLittle(attributes: UpsampledTaps): boolean {
  return attributes.factor > 1 && reachOf(attributes) <= Math.ceil(attributes.factor / 2);
}

/** The channels of a signal of channels · taps; throws where that does not divide, or the taps do not suit the factor. */
export function channelsOf(operation: string, shape: Shape, attributes: UpsampledTaps, divisor: number): number {
  const channels = sizeAlong(operation, shape, 1) / divisor;
  const { taps, dilation, factor } = attributes;
  if (!Number.isInteger(channels)) {
    throw new RangeError(`${operation}: the channels of ${showShape(shape)} do not divide by ${taps} taps`);
  }
  if (taps % 2 === 0 || !reachesLittle(attributes)) {
    throw new RangeError(`${operation}: ${taps} taps ${dilation} apart do not suit a factor of ${factor}`);
  }
  return channels;
}

/** How much of low-rate sample 0 linear interpolation gives to high-rate sample `s`, if neither has an end. */
function triangle(s: number, factor: number): number {
  return Math.max(0, 1 - Math.abs(s - (factor - 1) / 2) / factor);
}

/**
 * The kernel by which a transposed convolution of stride `factor` does it all, but for the ends: [taps, width], where place p holds
 * what the low-rate sample m of a tap gives to the high-rate sample m · factor + first + p.
 */
export function tapKernel(attributes: UpsampledTaps): { kernel: Float32Array; width: number; first: number } {
  const { factor, dilation, taps } = attributes;
  const reach = reachOf(attributes);
  const first = -Math.floor(factor / 2) - reach;
  const width = factor - 2 * first;
  const kernel = Float32Array.from({ length: taps * width }, (_, at) => {
    const [tap, place] = [Math.floor(at / width), at % width];
    return triangle(first + place + tap * dilation - reach, factor);
  });
  return { kernel, width, first };
}

/** The same numbers for the adjoint: [taps, factor, 3], what the samples of the run before, of its own and of the run after give to a low-rate sample. */
export function runKernel(attributes: UpsampledTaps): Float32Array {
  const { factor, taps } = attributes;
  const { kernel, width, first } = tapKernel(attributes);
  return Float32Array.from({ length: taps * factor * 3 }, (_, at) => {
    const [tap, place, run] = [Math.floor(at / (factor * 3)), Math.floor(at / 3) % factor, (at % 3) - 1];
    const from = run * factor + place - first;
    return from < 0 || from >= width ? 0 : kernel[tap * width + from]!;
  });
}

/**
 * What that kernel misses at the ends, where linear interpolation repeats the outermost sample and a tap must not reach further:
 * [taps · 2, 2 · count], from the first and last low-rate sample of each tap to the first and last `count` high-rate ones.
 */
export function endWeights(attributes: UpsampledTaps): { weights: Float32Array; count: number } {
  const { factor, dilation, taps } = attributes;
  const reach = reachOf(attributes);
  const count = reach + Math.floor(factor / 2);
  const weights = new Float32Array(taps * 2 * 2 * count);
  for (let tap = 0; tap < taps; tap++) {
    for (let t = 0; t < count; t++) {
      const s = t + tap * dilation - reach;
      const missed = s < 0 ? -triangle(s, factor) : s < (factor - 1) / 2 ? 1 - triangle(s, factor) : 0;
      weights[tap * 2 * 2 * count + t] = missed;
      // The last sample is the first one of the signal read backwards, for which the taps are in reverse order.
      weights[((taps - 1 - tap) * 2 + 1) * 2 * count + 2 * count - 1 - t] = missed;
    }
  }
  return { weights, count };
}
