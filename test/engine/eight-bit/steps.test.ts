import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { largestWeight } from '../../../src/engine/onnxruntime/eight-bit/largest-weight.ts';
import { calibrate, compileEightBit } from '../../../src/engine/onnxruntime/eight-bit/program.ts';
import { lowerToOnnx } from '../../../src/engine/onnxruntime/lower.ts';
import { Graph, type Value } from '../../../src/graph/graph.ts';
import type { Step } from '../../../src/graph/operations/index.ts';
import { symbolic } from '../../../src/graph/shape.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { randomTensor } from '../../graph/tensors.ts';
import { errorBounds } from './error-bounds.ts';

/** Divides by all factors. */
const HOP = 12;
const largest = await largestWeight();

type Apply = (graph: Graph, x: Value, row: Value) => Value;

const convolve =
  (name: string, cout: number, taps: number, dilation = 1): Apply =>
  (graph, x) => {
    const kernel = graph.parameter(`${name} kernel`, [cout, x.shape[1] as number, taps]);
    const bias = graph.parameter(`${name} bias`, [cout]);
    return graph.apply({ name: 'conv1d', attributes: { dilation } }, x, kernel, bias);
  };
const apply =
  (step: Step): Apply =>
  (graph, x) =>
    graph.apply(step, x);
const up = (factor: number) => apply({ name: 'upsampleLinear', attributes: { factor } });
const down = (factor: number) => apply({ name: 'downsampleLinear', attributes: { factor } });
const leakyRelu = apply({ name: 'leakyRelu', attributes: { slope: 0.2 } });
const chain =
  (...steps: readonly Apply[]): Apply =>
  (graph, x, row) =>
    steps.reduce((value, step) => step(graph, value, row), x);
const both =
  (name: 'add' | 'mul', first: Apply, second: Apply): Apply =>
  (graph, x, row) =>
    graph.apply({ name, attributes: {} }, first(graph, x, row), second(graph, x, row));

/** Each after a convolution, so that it reads eight-bit numbers. */
const KINDS: Readonly<Record<string, Apply>> = {
  'a convolution': convolve('b', 6, 3),
  'a wide convolution': convolve('b', 4, 5, 2),
  'a convolution to one channel': convolve('b', 1, 3),
  'a leaky ReLU': leakyRelu,
  'a sum': both('add', convolve('b', 16, 1), convolve('c', 16, 3)),
  'a value twice': (graph, x) => graph.apply({ name: 'add', attributes: {} }, x, x),
  'a product': both('mul', convolve('b', 16, 1), convolve('c', 16, 3)),
  'a number for each channel': (graph, x, row) => graph.apply({ name: 'add', attributes: {} }, x, row),
  'every second sample': down(2),
  'every third sample': down(3),
  'every fourth sample': down(4),
  'twice as many samples': up(2),
  'three times as many samples': up(3),
  'five times as many samples': up(5),
  'a convolution of twice as many': chain(up(2), convolve('b', 5, 3)),
  'a convolution of three times as many': chain(up(3), convolve('b', 5, 3)),
  'a convolution of five times as many': chain(up(5), convolve('b', 5, 5)),
  'a convolution of two for one sample a frame': chain(down(3), down(4), up(2), convolve('b', 5, 3)),
  'a convolution that reaches too far': chain(up(2), convolve('b', 5, 3, 2)),
  'a convolution of what is read twice': (graph, x) => {
    const high = up(2)(graph, x, x);
    const convolved = convolve('b', 16, 3)(graph, high, x);
    return graph.apply({ name: 'add', attributes: {} }, high, convolved);
  },
  'a step that stays in float32': chain(apply({ name: 'neg', attributes: {} }), convolve('b', 3, 3)),
};

function programOf(kind: Apply): Graph {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch'), 16, symbolic('frames', HOP)]);
  const row = graph.input('row', [symbolic('batch'), 16, 1]);
  graph.output('y', kind(graph, convolve('a', 16, 3)(graph, x, row), row));
  return graph;
}

/** Whose values can be in eight bits: inputs and steps of three dimensions. */
const signals = ({ nodes }: Graph) =>
  nodes.flatMap(({ kind, shape }, id) => ((kind === 'input' || kind === 'step') && shape.length === 3 ? [id] : []));

const arbitrary = {
  batch: fc.constantFrom(1, 2),
  frames: fc.constantFrom(1, 2, 5),
  seed: fc.nat(1e6),
  /** Which values are in eight bits. */
  chosen: fc.oneof(fc.constant(undefined), fc.array(fc.boolean(), { minLength: 12, maxLength: 12 })),
};

describe.each(Object.entries(KINDS))('%s', (_, kind) => {
  test('is what its plain definition says, to a few steps', async () => {
    let close = 0;
    await fc.assert(
      fc.asyncProperty(
        ...([arbitrary.batch, arbitrary.frames, arbitrary.seed, arbitrary.chosen] as const),
        async (batch, frames, seed, chosen) => {
          const graph = programOf(kind);
          const tensors = new Map(
            graph.parameters().map(({ name, shape }, i) => [name, randomTensor(shape, seed + i)]),
          );
          const weights = new Map([...tensors].map(([name, { data }]) => [name, data]));
          const inputs = {
            x: randomTensor([batch, 16, HOP * frames], seed + 100),
            row: randomTensor([batch, 16, 1], seed + 101),
          };
          const values = signals(graph).filter((_value, i) => chosen?.[i] ?? true);
          const ranges = await calibrate(graph, weights, values, [inputs]);
          const program = await compileEightBit(graph, weights, ranges);
          const { y } = await program.run(inputs);
          await program.dispose();
          const plain = { ...inputs, ...Object.fromEntries(tensors) };
          const at = (id: number) => evaluate(graph, plain, { id, shape: graph.nodes[id]!.shape });
          const { id } = graph.outputs.get('y')!;
          const expected = at(id);
          expect(y!.shape).toEqual(expected.shape);
          const bound = errorBounds(graph, at, ranges, largest)[id]!;
          let [farthest, peak] = [0, 0];
          expected.data.forEach((value, i) => {
            farthest = Math.max(farthest, Math.abs(y!.data[i]! - value));
            peak = Math.max(peak, Math.abs(value));
          });
          expect(farthest).toBeLessThanOrEqual(bound);
          // Whatever the bound allows, rounding errors are seldom all of one sign.
          if (farthest < 0.04 * peak) close++;
        },
      ),
      { numRuns: 12, seed: 1 },
    );
    expect(close).toBeGreaterThanOrEqual(10);
  });
});

test('what ONNX Runtime is given are its steps on eight-bit numbers', () => {
  const graph = programOf(chain(leakyRelu, up(2), convolve('b', 6, 3)));
  const weights = new Map(
    graph.parameters().map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  const ranges = Object.fromEntries(signals(graph).map((id) => [id, [-1, 1] as const]));
  const model = lowerToOnnx(graph, weights, { eightBits: { ranges, largestWeight: 127 } });
  const text = Buffer.from(model).toString('latin1');
  const count = (type: string) => text.split(`${type}_v`).length - 1;
  // The input is rounded once; what is upsampled is convolved at the low rate, its ends apart.
  expect(['QuantizeLinear', 'QLinearConv', 'QLinearLeakyRelu', 'QLinearAdd', 'DequantizeLinear'].map(count)).toEqual([
    1, 4, 1, 0, 1,
  ]);
});

test('a value beyond its range is cut off there', async () => {
  const graph = new Graph();
  const x = graph.input('x', [1, 2, 4]);
  const kernel = graph.constant(Float32Array.of(1, 0, 0, 1), [2, 2, 1]);
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel));
  const ranges = { 0: [-1, 1], 2: [-1, 1] } as const;
  const program = await compileEightBit(graph, new Map(), ranges);
  const data = Float32Array.of(-3, -0.5, 0, 0.5, 1, 0.25, 7, -1);
  const { y } = await program.run({ x: { data, shape: [1, 2, 4] } });
  await program.dispose();
  data.forEach((value, i) => {
    expect(Math.abs(y!.data[i]! - Math.min(1, Math.max(-1, value)))).toBeLessThan(2 / 255);
  });
});
