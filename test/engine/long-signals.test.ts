import { describe, expect, test } from 'vitest';
import { evaluateStep, Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { ENGINES } from './engines.ts';

const LENGTH = 20_000;
const CHANNELS = 16;

describe.each(ENGINES)('%s', (_, compile) => {
  // ONNX Runtime's Resize is off by 1e-3 here.
  test.each([2, 3, 5, 6])('upsamples by %i as exactly at the end of a long signal as at its start', async (factor) => {
    const graph = new Graph();
    const x = graph.input('x', [1, CHANNELS, symbolic('frames')]);
    const kernel = graph.parameter('kernel', [CHANNELS, CHANNELS, 1]);
    const step = { name: 'upsampleLinear', attributes: { factor } } as const;
    graph.output('alone', graph.apply(step, x));
    // After a convolution ONNX Runtime has it in another layout, and upsamples by other code.
    const convolved = graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel);
    graph.output('after', graph.apply(step, convolved));
    const identity = Float32Array.from({ length: CHANNELS ** 2 }, (__, at) => (at % (CHANNELS + 1) === 0 ? 1 : 0));
    const program = await compile(graph, new Map([['kernel', identity]]));
    const signal = randomTensor([1, CHANNELS, LENGTH], 1);
    const expected = evaluateStep(step, [signal]);
    const { alone, after } = await program.run({ x: signal });
    await program.dispose();
    expect(relativeDistance(alone!.data, expected.data)).toBeLessThan(1e-6);
    expect(relativeDistance(after!.data, expected.data)).toBeLessThan(1e-6);
  });
});
