import type { OnnxWriter } from '../../graph/operation.ts';
import type { OperationName } from '../../graph/operations/index.ts';
import { FLOAT, FLOAT16 } from './onnx-file.ts';

/** The products of matrices, where a device gains from half precision: computed in it whatever their inputs are. */
const IN_HALF: ReadonlySet<OperationName> = new Set(['conv1d', 'conv1dKernelGradient']);

/** What moves, adds or scales numbers: in half precision where all their inputs are. All else, such as sums, sines and the loss, is in float32. */
const AS_INPUTS: ReadonlySet<OperationName> = new Set([
  'adjointKernel',
  'stackTaps',
  'unstackTaps',
  'leakyRelu',
  'add',
  'sub',
  'mul',
  'neg',
  'concat',
  'squeeze',
  'unsqueeze',
  'slice',
  'pad',
]);

/** Which values of a program are in half precision while it is written, and the casts between. */
export interface Precisions {
  /** The inputs of a step in the precision that it is computed in, and whether that is half. */
  inputsOf(
    name: OperationName,
    inputs: readonly string[],
  ): { readonly inputs: readonly string[]; readonly half: boolean };
  /** Notes that a value is in half precision. */
  note(value: string): void;
  /** The value in float32. */
  inFloat32(value: string): string;
}

/** Mixed precision in the manner of torch.autocast; the weights and what comes out stay float32. */
export function mixedPrecision(writer: OnnxWriter): Precisions {
  const halves = new Set<string>();
  const casts = new Map<string, string>();
  const cast = (value: string, to: number): string => {
    const key = `${value} to ${to}`;
    const known = casts.get(key) ?? writer.node('Cast', [value], { to });
    casts.set(key, known);
    return known;
  };
  const inFloat32 = (value: string) => (halves.has(value) ? cast(value, FLOAT) : value);
  const inHalf = (value: string) => (halves.has(value) ? value : cast(value, FLOAT16));
  return {
    inputsOf(name, inputs) {
      const half = IN_HALF.has(name) || (AS_INPUTS.has(name) && inputs.every((input) => halves.has(input)));
      return { inputs: inputs.map(half ? inHalf : inFloat32), half };
    },
    note: (value) => halves.add(value),
    inFloat32,
  };
}
