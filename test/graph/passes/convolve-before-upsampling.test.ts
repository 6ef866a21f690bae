import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../../../src/engine/onnxruntime/program.ts';
import { gradients } from '../../../src/graph/differentiate.ts';
import { Graph, type Value } from '../../../src/graph/graph.ts';
import { convolveBeforeUpsampling } from '../../../src/graph/passes/convolve-before-upsampling.ts';
import { sameDim, symbolic } from '../../../src/graph/shape.ts';
import { relativeDistance } from '../distance.ts';
import { evaluate } from '../evaluate.ts';
import { randomTensor } from '../tensors.ts';

interface Layer {
  readonly cin: number;
  readonly cout: number;
  readonly factor: number;
  readonly taps: number;
  readonly dilation: number;
  readonly bias: boolean;
}

/** result = conv1d(upsampleLinear(x)), and the upsampled signal itself where it is asked for. */
function layer({ cin, cout, factor, taps, dilation, bias }: Layer, upsampledToo = false): Graph {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch'), cin, symbolic('frames', 2)]);
  const kernel = graph.parameter('kernel', [cout, cin, taps]);
  const biases = bias ? [graph.parameter('bias', [cout])] : [];
  const upsampled = graph.apply({ name: 'upsampleLinear', attributes: { factor } }, x);
  graph.output('result', graph.apply({ name: 'conv1d', attributes: { dilation } }, upsampled, kernel, ...biases));
  if (upsampledToo) graph.output('upsampled', upsampled);
  return graph;
}

/** The same graph with the gradients of Σ result · upstream as outputs too. */
function differentiated(graph: Graph): Graph {
  const result = graph.outputs.get('result')!;
  const upstream = graph.input('upstream', result.shape);
  const weighted = graph.apply({ name: 'mul', attributes: {} }, result, upstream);
  const loss = graph.apply({ name: 'reduceSum', attributes: { axes: [0, 1, 2] } }, weighted);
  const wrt: Value[] = graph.nodes.flatMap(({ kind, shape }, id) =>
    kind === 'parameter' || id === 0 ? [{ id, shape }] : [],
  );
  gradients(graph, loss, wrt).forEach((value, i) => {
    graph.output(`gradient ${i}`, value);
  });
  return graph;
}

const stepNames = ({ nodes }: Graph) => nodes.flatMap((node) => (node.kind === 'step' ? [node.step.name] : []));

const fitting = fc.record({
  cin: fc.constantFrom(1, 3, 8),
  cout: fc.constantFrom(1, 2, 16),
  factor: fc.constantFrom(2, 3, 4, 5),
  taps: fc.constantFrom(1, 3),
  dilation: fc.constantFrom(1, 2),
  bias: fc.boolean(),
});
const sizes = fc.record({ batch: fc.constantFrom(1, 3), frames: fc.constantFrom(1, 2, 5) });

test('the result and all gradients stay the same, whatever the layer, the batch and the length', async () => {
  await fc.assert(
    fc.asyncProperty(fitting, sizes, fc.nat(1e6), async (options, { batch, frames }, seed) => {
      const { cin, cout, factor, taps } = options;
      const inputs = {
        x: randomTensor([batch, cin, 2 * frames], seed),
        kernel: randomTensor([cout, cin, taps], seed + 1),
        ...(options.bias ? { bias: randomTensor([cout], seed + 2) } : {}),
        upstream: randomTensor([batch, cout, 2 * frames * factor], seed + 3),
      };
      const before = differentiated(layer(options));
      const after = differentiated(convolveBeforeUpsampling(layer(options)));
      const program = await compile(after, 'inputs');
      const run = await program.run(inputs);
      await program.dispose();
      expect([...after.outputs.keys()]).toEqual([...before.outputs.keys()]);
      for (const [name, value] of before.outputs) {
        const expected = evaluate(before, inputs, value);
        const defined = evaluate(after, inputs, after.outputs.get(name)!);
        expect(defined.shape).toEqual(expected.shape);
        // Of the largest magnitude or of 1, that of the terms: sums over a few samples may cancel.
        expect(relativeDistance([...defined.data, 1], [...expected.data, 1])).toBeLessThan(1e-5);
        expect(relativeDistance([...run[name]!.data, 1], [...expected.data, 1])).toBeLessThan(1e-5);
      }
    }),
    { numRuns: 60 },
  );
});

const plain: Layer = { cin: 2, cout: 4, factor: 2, taps: 3, dilation: 1, bias: true };

test('the convolution is at the low rate then, with a row for each tap, and the upsampling of its input is gone', () => {
  const after = convolveBeforeUpsampling(layer(plain));
  const convolutions = after.nodes.filter((node) => node.kind === 'step' && node.step.name === 'conv1d');
  expect(convolutions.map(({ shape }) => shape)).toEqual([[symbolic('batch'), 12, symbolic('frames', 2)]]);
  expect(stepNames(after)).not.toContain('upsampleLinear');
  expect(after.outputs.get('result')!.shape).toEqual([symbolic('batch'), 4, symbolic('frames', 4)]);
});

test('an upsampled signal that is wanted otherwise stays', () => {
  const after = convolveBeforeUpsampling(layer(plain, true));
  expect(stepNames(after)).toContain('upsampleLinear');
  expect([...after.outputs.keys()]).toEqual(['result', 'upsampled']);
});

test.each([
  ['reach over more than half a factor', { ...plain, dilation: 2 }],
  ['follow no upsampling to speak of', { ...plain, factor: 1 }],
])('taps that %s stay', (_, options) => {
  const before = layer(options);
  expect(convolveBeforeUpsampling(before).nodes).toEqual(before.nodes);
});

test('convolutions that are of no concern stay, by the shapes of their results', () => {
  const before = layer(plain);
  const long = symbolic('frames', 4);
  expect(convolveBeforeUpsampling(before, ([, , time]) => !sameDim(time!, long)).nodes).toEqual(before.nodes);
  expect(stepNames(convolveBeforeUpsampling(before, ([, , time]) => sameDim(time!, long)))).toContain('upsampleTaps');
});

test('parameters keep their names, shapes and order', () => {
  const before = layer(plain);
  const listed = (graph: Graph) => graph.parameters().map(({ name, shape }) => ({ name, shape }));
  expect(listed(convolveBeforeUpsampling(before))).toEqual(listed(before));
});
