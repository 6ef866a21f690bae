import type { Tensor } from '../../graph/operation.ts';
import { kernelInBlocks, NCHWC } from './kernel-blocks.ts';
import type { NodeWriter } from './node-writer.ts';

/** Outputs that are computed together, and inputs that they depend on. */
const OUTPUTS = 4;
const INPUTS = 6;

/**
 * F(4, 3) of Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (arXiv 1509.09308), with the points 0, 1, −1, 2, −2: six products in place of twelve.
 * To the inputs of a tile (Bᵀ), and to the taps of a kernel (G).
 */
const OF_INPUTS = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const OF_TAPS = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];

/** Below this many multiplications for each number that is moved, moving them takes longer. */
const LEAST = 30;

/**
 * Whether a convolution of three taps is faster so: with half the multiplications, but with each number of the input and the output moved a few times more.
 */
export function winogradPays([cout, cin, taps]: readonly number[]): boolean {
  return taps === 3 && (cin! * cout!) / (cin! + cout!) >= LEAST;
}

/** A value in blocks, as it is convolved: [batch, channels, 1, length]. */
export interface Signal {
  readonly value: string;
  readonly channels: number;
  readonly length: number;
}

/** Transforms an input for convolutions of one dilation: its six planes, [batch, channels, tiles, dilation]. */
export function transformInput(
  writer: NodeWriter,
  { value, channels, length }: Signal,
  dilation: number,
  block: number,
): readonly string[] {
  const rows = Math.ceil(length / dilation);
  const missing = rows * dilation - length;
  const groups = channels / block;
  const whole =
    missing === 0
      ? value
      : writer.node('Pad', [
          writer.node('Reshape', [value, writer.int64([0, groups, -1, block])]),
          writer.int64([0, 0, 0, 0, 0, 0, missing, 0]),
        ]);
  // What is `dilation` apart is beside each other now: a row for each, and convolutions go down the rows.
  const apart = writer.node('Reshape', [whole, writer.int64([0, channels, rows, dilation])]);
  return OF_INPUTS.map((factors) => {
    const kernel = Float32Array.from({ length: channels * INPUTS }, (_, i) => factors[Math.floor(i / block) % INPUTS]!);
    return writer.node(
      'Conv',
      [apart, writer.float32(kernel, [channels, 1, INPUTS, 1])],
      // Zeros before, and as many after that the last tile is whole.
      { group: channels, strides: [OUTPUTS, 1], pads: [1, 0, OUTPUTS, 0] },
      NCHWC,
    );
  });
}

/**
 * The convolution of an input that was transformed, with three taps.
 *
 * @param kernel [cout, cin, 3]
 * @returns [batch, cout, 1, length] in blocks
 */
export function convolvePlanes(
  writer: NodeWriter,
  planes: readonly string[],
  {
    kernel,
    bias,
    length,
    dilation,
    block,
    name,
  }: {
    readonly kernel: Tensor;
    readonly bias: Float32Array | undefined;
    readonly length: number;
    readonly dilation: number;
    readonly block: number;
    readonly name: string;
  },
): string {
  const [cout, cin] = kernel.shape as [number, number];
  const product = (plane: number, ...more: readonly string[]) => {
    const weights = writer.float32(kernelInBlocks(transformed(kernel, OF_TAPS[plane]!), block), [cout, cin, 1, 1]);
    return writer.add({
      type: 'Conv',
      inputs: [planes[plane]!, weights, ...more],
      attributes: {},
      domain: NCHWC,
      name: `${name} ${plane}`,
    }).output;
  };
  const tiles = Math.ceil(Math.ceil(length / dilation) / OUTPUTS);
  // Numbers in one row: ONNX Runtime multiplies rows by a number, and the last dimension may be 1.
  const flat = (value: string) => writer.node('Reshape', [value, writer.int64([0, -1])]);
  const asPlane = (value: string) => writer.node('Reshape', [value, writer.int64([0, cout, tiles, dilation])]);
  const sum = (a: string, b: string) => writer.node('Add', [a, b]);
  const times = (value: string, factor: number) =>
    writer.node('Mul', [value, writer.float32(Float32Array.of(factor), [1])]);
  // The second product is part of every output, and so is the bias.
  const second = flat(product(1, ...(bias === undefined ? [] : [writer.float32(bias, [cout])])));
  const [third, fourth, fifth] = [2, 3, 4].map((plane) => flat(product(plane))) as [string, string, string];
  const [near, nearApart] = [sum(second, third), writer.node('Sub', [second, third])];
  const [far, farApart] = [sum(fourth, fifth), writer.node('Sub', [fourth, fifth])];
  const outputs = [
    product(0, '', asPlane(sum(near, far))),
    sum(nearApart, times(farApart, 2)),
    sum(near, times(far, 4)),
    product(5, '', asPlane(sum(nearApart, times(farApart, 8)))),
  ];
  const shape = writer.int64([0, cout / block, tiles, dilation * block]);
  const joined = writer.node(
    'Concat',
    outputs.map((output) => writer.node('Reshape', [output, shape])),
    { axis: 3 },
  );
  if (tiles * OUTPUTS * dilation === length)
    return writer.node('Reshape', [joined, writer.int64([0, cout, 1, length])]);
  const long = writer.node('Reshape', [joined, writer.int64([0, cout / block, -1, block])]);
  const cut = writer.node('Slice', [long, ...[0, length, 2].map((place) => writer.int64([place]))]);
  return writer.node('Reshape', [cut, writer.int64([0, cout, 1, length])]);
}

/** [cout, cin, 3] → [cout, cin, 1]. */
function transformed({ data, shape }: Tensor, [a, b, c]: readonly number[]): Tensor {
  const [cout, cin] = shape as [number, number];
  const out = new Float32Array(cout * cin);
  for (let i = 0; i < out.length; i++) out[i] = a! * data[3 * i]! + b! * data[3 * i + 1]! + c! * data[3 * i + 2]!;
  return { data: out, shape: [cout, cin, 1] };
}
