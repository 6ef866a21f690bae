import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lowerToOnnx } from '../../src/engine/onnxruntime/lower.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { winogradPays } from '../../src/engine/onnxruntime/winograd.ts';
import { Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { relativeDistance } from '../graph/distance.ts';
import { evaluate } from '../graph/evaluate.ts';
import { randomTensor } from '../graph/tensors.ts';

/** leakyRelu(conv(x) + conv(x)) of two kernels of three taps, the first with a bias. */
function pair(cin: number, cout: number, dilations: readonly [number, number]): Graph {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch'), cin, symbolic('frames')]);
  const [a, b] = [graph.parameter('a', [cout, cin, 3]), graph.parameter('b', [cout, cin, 3])];
  const first = graph.apply(
    { name: 'conv1d', attributes: { dilation: dilations[0] } },
    x,
    a,
    graph.parameter('bias', [cout]),
  );
  const second = graph.apply({ name: 'conv1d', attributes: { dilation: dilations[1] } }, x, b);
  const sum = graph.apply({ name: 'add', attributes: {} }, first, second);
  graph.output('y', graph.apply({ name: 'leakyRelu', attributes: { slope: 0.2 } }, sum));
  graph.output('first', first);
  return graph;
}

const dilation = fc.constantFrom(1, 2, 3, 4, 8);

test('is what the plain definition says, whatever the length and the dilation', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(64, 80),
      fc.constantFrom(64, 96),
      fc.tuple(dilation, dilation),
      fc.integer({ min: 1, max: 45 }),
      fc.constantFrom(1, 2),
      fc.nat(1e6),
      async (cin, cout, dilations, frames, batch, seed) => {
        const graph = pair(cin, cout, dilations);
        const weights = new Map(graph.parameters().map(({ name, shape }, i) => [name, randomTensor(shape, seed + i)]));
        const x = randomTensor([batch, cin, frames], seed + 9);
        const data = new Map([...weights].map(([name, tensor]) => [name, tensor.data]));
        const program = await compile(graph, data, { sizes: { frames } });
        const results = await program.run({ x });
        await program.dispose();
        for (const [name, value] of graph.outputs) {
          const expected = evaluate(graph, { x, ...Object.fromEntries(weights) }, value);
          expect(results[name]!.shape).toEqual(expected.shape);
          const distance = relativeDistance(results[name]!.data, expected.data);
          // Of the largest magnitude; measured 3e-6 at most: float32's rounding over sums of up to 288 products, and the transformations'.
          expect(distance).toBeLessThan(1e-5);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('is taken where the length is known beforehand, for three taps and enough channels', () => {
  const graph = pair(64, 64, [1, 2]);
  const weights = new Map(
    graph.parameters().map(({ name, shape }) => [name, new Float32Array(shape.reduce((a, b) => a * b, 1))]),
  );
  const products = (sizes?: { readonly frames: number }) =>
    Buffer.from(lowerToOnnx(graph, weights, { channelBlock: 16, sizes }))
      .toString('latin1')
      .split('\x22\x04Conv').length - 1;
  expect(products()).toBe(2);
  // Of each dilation the six planes of the input, and six products.
  expect(products({ frames: 12 })).toBe(2 * (6 + 6));
  expect(
    [
      [64, 64, 3],
      [64, 64, 5],
      [64, 64, 1],
      [32, 64, 3],
    ].map(winogradPays),
  ).toEqual([true, false, false, false]);
});
