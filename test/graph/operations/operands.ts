import fc from 'fast-check';
import type { Tensor } from '../../../src/graph/operation.ts';
import type { Step } from '../../../src/graph/operations/index.ts';
import { dimSize, type Shape, type Sizes, symbolic } from '../../../src/graph/shape.ts';
import { randomTensor } from '../tensors.ts';

/** An operation's attributes with inputs that fit: their shapes, and what the symbols in them stand for. */
export interface Operands {
  readonly step: Step;
  readonly shapes: readonly Shape[];
  readonly sizes: Sizes;
  /** Inputs that are trained weights, by their place; engines may pack those. */
  readonly weights?: readonly number[];
  /** Standard deviation of the inputs; default 1. */
  readonly magnitude?: number;
  /** Whether inputs are above 0, as for a sum over many, which is only as exact as its terms where they cancel. */
  readonly positive?: boolean;
}

/** Random inputs for an operation, the same for the same seed. */
export function tensorsFor({ shapes, sizes, magnitude, positive }: Operands, seed: number): Tensor[] {
  return shapes.map((shape, i) => {
    const numbers = shape.map((dim) => dimSize(dim, sizes));
    const { data } = randomTensor(numbers, seed + i, magnitude);
    return { shape: numbers, data: positive ? data.map(Math.abs) : data };
  });
}

export interface Cases {
  readonly fitting: fc.Arbitrary<Operands>;
  /** Inputs that do not fit, with what the refusal must say; none for an operation that takes everything. */
  readonly misfits: readonly (readonly [what: string, step: Step, shapes: readonly Shape[], message: RegExp])[];
}

/** Eight and more channels meet ONNX Runtime's blocked kernels, fewer do not. */
export const CHANNELS = [1, 3, 8, 16];

export const sizes = fc.record({ batch: fc.constantFrom(1, 3), frames: fc.integer({ min: 1, max: 9 }) });
export const batch = symbolic('batch');
export const frames = symbolic('frames');

/** [batch, channels, times · frames], with numbers in place of symbols half of the time. */
export const signal = fc
  .record({ sizes, channels: fc.constantFrom(...CHANNELS), times: fc.constantFrom(1, 2, 3, 5), fixed: fc.boolean() })
  .map(({ sizes, channels, times, fixed }) => {
    const shape: Shape = fixed
      ? [sizes.batch, channels, sizes.frames * times]
      : [batch, channels, symbolic('frames', times)];
    return { sizes, shape };
  });

/** Shapes of rank 1, 2 and 3. */
export const anyShape = fc
  .record({ sizes, rank: fc.constantFrom(1, 2, 3), width: fc.integer({ min: 1, max: 5 }) })
  .map(({ sizes, rank, width }) => ({ sizes, shape: [batch, width, frames].slice(0, rank) as Shape }));
