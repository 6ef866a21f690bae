import type { Tensor } from '../../../graph/operation.ts';
import type { Range } from './ranges.ts';

/** How eight-bit numbers q stand for others: step · (q − zero). */
export interface Scale {
  readonly step: number;
  /** Which one stands for 0, exactly: convolutions pad with it. */
  readonly zero: number;
}

const LARGEST = 255;
/** Half of what 32 bits hold, to leave room for the sum of products. */
const LARGEST_BIAS = 2 ** 30;

/** The steps of unsigned eight-bit numbers over a range, made to hold 0. */
export function scaleOf([min, max]: Range): Scale {
  const [low, high] = [Math.min(min, 0), Math.max(max, 0)];
  const step = (high - low) / LARGEST || 1;
  return { step, zero: Math.round(-low / step) };
}

/** A convolution's weights as signed eight-bit numbers, with a step for each output channel, and its biases in steps of the sums. */
export interface EightBitKernel {
  /** [cout, cin, taps]. */
  readonly weights: Int8Array;
  readonly shape: readonly [cout: number, cin: number, taps: number];
  /** [cout]. */
  readonly steps: Float32Array;
  /** [cout]. */
  readonly biases: Int32Array;
}

/**
 * @param kernel [cout, cin, taps]
 * @param biases [cout]; none for zeros
 * @param inputStep that of the numbers that are convolved
 * @param largestWeight of the eight-bit ones, at most 127
 */
export function eightBitKernel(
  kernel: Tensor,
  biases: ArrayLike<number> | undefined,
  inputStep: number,
  largestWeight: number,
): EightBitKernel {
  const shape = kernel.shape as readonly [number, number, number];
  const [cout, cin, taps] = shape;
  const fan = cin * taps;
  const weights = new Int8Array(cout * fan);
  const steps = new Float32Array(cout);
  const bias = new Int32Array(cout);
  for (let o = 0; o < cout; o++) {
    let largest = 0;
    for (let i = o * fan; i < (o + 1) * fan; i++) largest = Math.max(largest, Math.abs(kernel.data[i]!));
    const wanted = biases?.[o] ?? 0;
    const step = Math.fround(Math.max(largest / largestWeight, Math.abs(wanted) / (LARGEST_BIAS * inputStep))) || 1;
    for (let i = o * fan; i < (o + 1) * fan; i++) weights[i] = Math.round(kernel.data[i]! / step);
    steps[o] = step;
    bias[o] = Math.round(wanted / (step * inputStep));
  }
  return { weights, shape, steps, biases: bias };
}
