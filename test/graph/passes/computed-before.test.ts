import { expect, test } from 'vitest';
import { Graph, type Value } from '../../../src/graph/graph.ts';
import { computedBefore } from '../../../src/graph/passes/computed-before.ts';
import { symbolic } from '../../../src/graph/shape.ts';
import { evaluate } from '../../graph/evaluate.ts';
import { randomTensor, tensor } from '../tensors.ts';

const frames = symbolic('frames');
const add = (graph: Graph, a: Value, b: Value) => graph.apply({ name: 'add', attributes: {} }, a, b);
const neg = (graph: Graph, x: Value) => graph.apply({ name: 'neg', attributes: {} }, x);

/** y = −(−(m + w) + m) + s + (m + w), of inputs m and s and a parameter w, and m + w itself. */
function example(): Graph {
  const graph = new Graph();
  const [m, s] = [graph.input('m', [1, frames]), graph.input('s', [1, frames])];
  const sum = add(graph, m, graph.parameter('w', [1, 1]));
  const inner = neg(graph, add(graph, neg(graph, sum), m));
  graph.output('y', add(graph, add(graph, inner, s), sum));
  graph.output('sum', sum);
  return graph;
}

const inputNames = ({ nodes }: Graph) => nodes.flatMap((node) => (node.kind === 'input' ? [node.name] : []));
const stepCount = ({ nodes }: Graph) => nodes.filter(({ kind }) => kind === 'step').length;

test('both parts together give what the whole does, and no step is in both', () => {
  const graph = example();
  const given = { m: randomTensor([1, 5], 1), s: randomTensor([1, 5], 2), w: tensor([1, 1], 0.5) };
  const { before, rest } = computedBefore(graph, new Set(['m']));
  expect([inputNames(before), inputNames(rest).toSorted()]).toEqual([
    ['m'],
    [...before.outputs.keys(), 's'].toSorted(),
  ]);
  expect(stepCount(before) + stepCount(rest)).toBe(stepCount(graph));
  const made = Object.fromEntries([...before.outputs].map(([name, value]) => [name, evaluate(before, given, value)]));
  expect([...rest.outputs.keys()]).toEqual(['y', 'sum']);
  for (const [name, value] of graph.outputs) {
    expect(evaluate(rest, { ...made, s: given.s }, rest.outputs.get(name)!)).toEqual(evaluate(graph, given, value));
  }
});

test('an input that all needs leaves nothing for later but to pass on the results', () => {
  const { before, rest } = computedBefore(example(), new Set(['m', 's']));
  expect([stepCount(before), stepCount(rest)]).toEqual([stepCount(example()), 0]);
});

test('where nothing depends on the inputs alone, all is left', () => {
  const graph = new Graph();
  const [m, s] = [graph.input('m', [1, frames]), graph.input('s', [1, frames])];
  graph.output('y', add(graph, m, s));
  const { before, rest } = computedBefore(graph, new Set(['m']));
  // The input itself goes through.
  expect([stepCount(before), before.outputs.size, stepCount(rest)]).toEqual([0, 1, 1]);
});
