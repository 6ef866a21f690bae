import { expect, test } from 'vitest';
import { calibrate } from '../../../src/engine/onnxruntime/eight-bit/program.ts';
import { Graph } from '../../../src/graph/graph.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { randomTensor } from '../../graph/tensors.ts';

/** x, its convolution and a leaky ReLU of that. */
function small() {
  const graph = new Graph();
  const x = graph.input('x', [2, 3, 40]);
  const kernel = graph.parameter('kernel', [4, 3, 3]);
  const convolved = graph.apply({ name: 'conv1d', attributes: { dilation: 2 } }, x, kernel);
  const bent = graph.apply({ name: 'leakyRelu', attributes: { slope: 0.2 } }, convolved);
  graph.output('y', bent);
  return { graph, values: [x, convolved, bent] };
}

const kernel = randomTensor([4, 3, 3], 1);
const weights = new Map([['kernel', kernel.data]]);
const runs = [2, 3, 4].map((seed) => ({ x: randomTensor([2, 3, 40], seed) }));

test('ranges are the extremes of the plain definition over all runs', async () => {
  const { graph, values } = small();
  const ids = values.map(({ id }) => id);
  const ranges = await calibrate(graph, weights, ids, runs);
  expect(Object.keys(ranges).map(Number)).toEqual(ids);
  for (const value of values) {
    const numbers = runs.flatMap(({ x }) => [...evaluate(graph, { x, kernel }, value).data]);
    const [min, max] = ranges[value.id]!;
    expect(min).toBeCloseTo(Math.min(...numbers), 5);
    expect(max).toBeCloseTo(Math.max(...numbers), 5);
  }
});

test('the same runs give the same ranges, bit for bit, also through JSON', async () => {
  const { graph, values } = small();
  const ids = values.map(({ id }) => id);
  const first = await calibrate(graph, weights, ids, runs);
  expect(await calibrate(graph, weights, ids, runs)).toEqual(first);
  expect(JSON.parse(JSON.stringify(first))).toEqual(first);
});
