import fc from 'fast-check';
import { expect, test } from 'vitest';
import { channelBlock } from '../../src/engine/onnxruntime/channel-block.ts';
import { lowerToOnnx } from '../../src/engine/onnxruntime/lower.ts';
import { compile } from '../../src/engine/onnxruntime/program.ts';
import { Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { relativeDistance } from '../graph/distance.ts';
import { evaluate } from '../graph/evaluate.ts';
import { randomTensor } from '../graph/tensors.ts';

interface Sizes {
  readonly cin: number;
  readonly cout: number;
  readonly taps: number;
  readonly dilation: number;
  readonly bias: boolean;
}

function convolution({ cin, cout, taps, dilation, bias }: Sizes): Graph {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch'), cin, symbolic('frames')]);
  const kernel = graph.parameter('kernel', [cout, cin, taps]);
  const biases = bias ? [graph.parameter('bias', [cout])] : [];
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation } }, x, kernel, ...biases));
  return graph;
}

const asksForBlocks = (model: Uint8Array) => Buffer.from(model).includes('com.microsoft.nchwc');
const wide: Sizes = { cin: 32, cout: 32, taps: 3, dilation: 1, bias: true };
const weights = new Map([
  ['kernel', new Float32Array(32 * 32 * 3)],
  ['bias', new Float32Array(32)],
]);

test.skipIf(process.arch !== 'x64')('x64 processors hold 8 or 16 channels side by side', async () => {
  expect([8, 16]).toContain(await channelBlock());
});

test('kernels are convolved on blocks where there are some, those that come with each run and those that are given', () => {
  expect(asksForBlocks(lowerToOnnx(convolution(wide), 'inputs', { channelBlock: 16 }))).toBe(true);
  expect(asksForBlocks(lowerToOnnx(convolution(wide), 'inputs'))).toBe(false);
  expect(asksForBlocks(lowerToOnnx(convolution(wide), weights, { channelBlock: 16 }))).toBe(true);
  expect(asksForBlocks(lowerToOnnx(convolution(wide), weights))).toBe(false);
});

test.each([
  ['input channels that fill no block', { ...wide, cin: 24 }],
  ['output channels that fill no block', { ...wide, cout: 24 }],
  ['one tap', { ...wide, taps: 1 }],
  ['very many output channels', { ...wide, cout: 256 }],
])('%s are convolved as they are', (_, sizes) => {
  expect(asksForBlocks(lowerToOnnx(convolution(sizes), 'inputs', { channelBlock: 16 }))).toBe(false);
});

test('a convolution on blocks is what its plain definition says', async () => {
  const fitting = fc.record({
    cin: fc.constantFrom(16, 32, 48),
    cout: fc.constantFrom(16, 32, 48),
    taps: fc.constantFrom(3, 5),
    dilation: fc.constantFrom(1, 2, 8),
    bias: fc.boolean(),
  });
  const signal = fc.record({ batch: fc.constantFrom(1, 3), frames: fc.integer({ min: 1, max: 20 }) });
  await fc.assert(
    fc.asyncProperty(fitting, signal, fc.nat(1e6), async (sizes, { batch, frames }, seed) => {
      const graph = convolution(sizes);
      const inputs = {
        x: randomTensor([batch, sizes.cin, frames], seed),
        kernel: randomTensor([sizes.cout, sizes.cin, sizes.taps], seed + 1),
        ...(sizes.bias ? { bias: randomTensor([sizes.cout], seed + 2) } : {}),
      };
      const program = await compile(graph, 'inputs');
      const { y } = await program.run(inputs);
      await program.dispose();
      const expected = evaluate(graph, inputs, graph.outputs.get('y')!);
      expect(y!.shape).toEqual(expected.shape);
      // Of the largest magnitude: float32's 6e-8 over sums of at most 240 products.
      expect(relativeDistance(y!.data, expected.data)).toBeLessThan(1e-5);
    }),
    { numRuns: 40 },
  );
});
