import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerToOnnx } from '../../src/engine/onnxruntime/lower.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { Graph, type Value } from '../../src/graph/graph.ts';
import type { Step } from '../../src/graph/operations/index.ts';
import { sameDim, sameShape, symbolic } from '../../src/graph/shape.ts';
import { relativeDistance } from '../graph/distance.ts';
import { evaluate } from '../graph/evaluate.ts';
import { randomTensor } from '../graph/tensors.ts';

const HOP = 30;

/** What may follow: which of the values there are it reads, counted from the last, and how. */
type Choice = readonly [kind: (typeof KINDS)[number], of: number, and: number, channels: number, taps: number];

const KINDS = ['conv1d', 'conv1d', 'leakyRelu', 'add', 'mul', 'perChannel', 'down', 'up', 'neg', 'taps'] as const;

const choices: fc.Arbitrary<readonly Choice[]> = fc.array(
  fc.tuple(
    fc.constantFrom(...KINDS),
    fc.nat(2),
    fc.nat(3),
    fc.constantFrom(1, 8, 16, 24, 32, 48),
    fc.constantFrom(1, 3, 5),
  ),
  { minLength: 1, maxLength: 12 },
);

const apply = (graph: Graph, step: Step, ...values: Value[]) => graph.apply(step, ...values);

/** A program of these steps, as far as their shapes fit, whose outputs are all values that nothing reads, and one that something does. */
function programOf(steps: readonly Choice[]): Graph {
  const graph = new Graph();
  const values = [graph.input('x', [symbolic('batch'), 32, symbolic('frames', HOP)])];
  const rows = graph.input('row', [symbolic('batch'), 32, 1]);
  const read = new Set<number>();
  steps.forEach(([kind, of, and, channels, taps], i) => {
    const x = values.at(-1 - of) ?? values[0]!;
    const [, width, time] = x.shape;
    const length = (time as { readonly times: number }).times;
    const partner =
      values
        .toReversed()
        .filter((value) => sameShape(value.shape, x.shape))
        .at(and) ?? x;
    const inputs: Value[] = [x];
    let step: Step | undefined;
    if (kind === 'conv1d' || kind === 'taps') {
      const factor = kind === 'taps' ? 2 : 1;
      const cout = kind === 'taps' ? 3 * channels : channels;
      inputs.push(graph.parameter(`kernel ${i}`, [cout, width as number, kind === 'taps' ? 1 : taps]));
      if (and > 0) inputs.push(graph.parameter(`bias ${i}`, [cout]));
      step = { name: 'conv1d', attributes: { dilation: 1 + of } };
      if (kind === 'taps' && length * factor <= 4 * HOP) {
        const low = apply(graph, { name: 'conv1d', attributes: { dilation: 1 } }, ...inputs);
        for (const { id } of inputs) read.add(id);
        inputs.splice(0, inputs.length, low);
        step = { name: 'upsampleTaps', attributes: { factor, dilation: 1, taps: 3 } };
      }
    }
    if (kind === 'leakyRelu') step = { name: 'leakyRelu', attributes: { slope: 0.2 } };
    if (kind === 'neg') step = { name: 'neg', attributes: {} };
    if (kind === 'add' || kind === 'mul') {
      inputs.push(partner);
      step = { name: kind, attributes: {} };
    }
    if (kind === 'perChannel' && sameDim(width!, 32)) {
      inputs.push(rows);
      step = { name: 'add', attributes: {} };
    }
    const factor = [2, 3, 5][of]!;
    if (kind === 'down' && length % factor === 0) step = { name: 'downsampleLinear', attributes: { factor } };
    if (kind === 'up' && length * factor <= 4 * HOP) step = { name: 'upsampleLinear', attributes: { factor } };
    if (step === undefined) return;
    for (const { id } of inputs) read.add(id);
    values.push(apply(graph, step, ...inputs));
  });
  values.forEach((value, i) => {
    if (!read.has(value.id) || i === 1) graph.output(`y${i}`, value);
  });
  return graph;
}

const weightsOf = (graph: Graph, seed: number) =>
  new Map(graph.parameters().map(({ name, shape }, i) => [name, randomTensor(shape, seed + i)]));

test('any program is in blocks of channels what its plain definition says', async () => {
  let blocks = 0;
  await fc.assert(
    fc.asyncProperty(
      choices,
      fc.constantFrom(1, 2),
      fc.constantFrom(1, 2),
      fc.nat(1e6),
      async (steps, batch, frames, seed) => {
        const graph = programOf(steps);
        const weights = weightsOf(graph, seed);
        const inputs = {
          x: randomTensor([batch, 32, HOP * frames], seed + 100),
          row: randomTensor([batch, 32, 1], seed + 101),
        };
        const data = new Map([...weights].map(([name, tensor]) => [name, tensor.data]));
        if (Buffer.from(lowerToOnnx(graph, data, { channelBlock: 16 })).includes('com.microsoft.nchwc')) blocks++;
        const program = await compile(graph, data);
        const results = await program.run(inputs);
        await program.dispose();
        for (const [name, value] of graph.outputs) {
          const expected = evaluate(graph, { ...inputs, ...Object.fromEntries(weights) }, value);
          expect(results[name]!.shape).toEqual(expected.shape);
          // Of the largest magnitude: float32's rounding over up to twelve sums of at most 160 products.
          expect(relativeDistance(results[name]!.data, expected.data)).toBeLessThan(1e-5);
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(blocks).toBeGreaterThan(50);
});

test('a sum and a leaky ReLU become a part of the convolution before them, where nothing else reads it', () => {
  const written = (alsoRead: boolean) => {
    const graph = new Graph();
    const x = graph.input('x', [1, 16, symbolic('frames')]);
    const kernel = graph.parameter('kernel', [16, 16, 3]);
    const convolved = graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel);
    const sum = graph.apply({ name: 'add', attributes: {} }, x, convolved);
    graph.output('y', graph.apply({ name: 'leakyRelu', attributes: { slope: 0.2 } }, sum));
    if (alsoRead) graph.output('convolved', convolved);
    const weights = new Map([['kernel', new Float32Array(16 * 16 * 3)]]);
    const text = Buffer.from(lowerToOnnx(graph, weights, { channelBlock: 16 })).toString('latin1');
    const count = (bytes: string) => text.split(bytes).length - 1;
    // The type of a node is field 4 of its message, a text with its length before it; alpha is an attribute of LeakyRelu alone.
    return [count('\x22\x04Conv'), count('\x22\x03Add'), count('alpha')];
  };
  expect(written(false)).toEqual([1, 0, 0]);
  expect(written(true)).toEqual([1, 1, 1]);
});
