import { expect, test } from 'vitest';
import { gradients } from '../../src/graph/differentiate.ts';
import { Graph, type Value } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { evaluate } from './evaluate.ts';
import { tensor } from './tensors.ts';

const mul = (graph: Graph, a: Value, b: Value) => graph.apply({ name: 'mul', attributes: {} }, a, b);
const add = (graph: Graph, a: Value, b: Value) => graph.apply({ name: 'add', attributes: {} }, a, b);
const mean = (graph: Graph, x: Value) => graph.apply({ name: 'mean', attributes: {} }, x);

test('a value that is used several times gathers what comes by each way: of mean(x · x · x + x), (3x² + 1)/n', () => {
  const graph = new Graph();
  const x = graph.input('x', [symbolic('batch')]);
  const loss = mean(graph, add(graph, mul(graph, mul(graph, x, x), x), x));
  const [gradient] = gradients(graph, loss, [x]);
  const { data } = evaluate(graph, { x: tensor([4], 0, 1, -2, 3) }, gradient!);
  expect([...data]).toEqual([0.25, 1, 3.25, 7]);
});

test('a value on the way has a gradient too, beside that of what it is made of: of mean((2x)²), 4x/n and 8x/n', () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  const doubled = add(graph, x, x);
  const loss = mean(graph, mul(graph, doubled, doubled));
  const values = { x: tensor([2], 1, -3) };
  const [byDoubled, byX] = gradients(graph, loss, [doubled, x]).map((value) => evaluate(graph, values, value).data);
  expect([...byDoubled!]).toEqual([2, -6]);
  expect([...byX!]).toEqual([4, -12]);
});

test('the gradient of the loss by itself is 1', () => {
  const graph = new Graph();
  const loss = mean(graph, graph.input('x', [2, 3]));
  const [gradient] = gradients(graph, loss, [loss]);
  expect(evaluate(graph, {}, gradient!)).toEqual(tensor([1, 1], 1));
});

test('only what depends on the asked values is differentiated', () => {
  const graph = new Graph();
  const [x, fixed] = [graph.input('x', [2]), graph.input('fixed', [2])];
  const signs = graph.apply({ name: 'sin', attributes: {} }, fixed);
  const loss = mean(graph, mul(graph, x, signs));
  const before = graph.nodes.length;
  gradients(graph, loss, [x]);
  const added = graph.nodes.slice(before).map((node) => (node.kind === 'step' ? node.step.name : node.kind));
  expect(added).toEqual(['constant', 'spreadLike', 'mul']);
});

test('a loss of several numbers is refused', () => {
  const graph = new Graph();
  const x = graph.input('x', [1, symbolic('batch')]);
  expect(() => gradients(graph, x, [x])).toThrow(new RangeError('gradients: the loss is one number, got [1, batch]'));
});

test('a value that the loss does not depend on is named', () => {
  const graph = new Graph();
  const [x, other] = [graph.input('x', [2]), graph.parameter('other', [2])];
  const loss = mean(graph, x);
  const sum = add(graph, other, other);
  expect(() => gradients(graph, loss, [x, other])).toThrow(
    new RangeError('gradients: the loss does not depend on other'),
  );
  expect(() => gradients(graph, loss, [sum])).toThrow(/does not depend on the value 3 of add$/);
});

test('an operation without a gradient is named', () => {
  const graph = new Graph();
  const [x, upstream] = [graph.input('x', [1, 2, 5]), graph.input('upstream', [1, 3, 5])];
  const attributes = { dilation: 1, taps: 3 };
  const loss = mean(graph, graph.apply({ name: 'conv1dKernelGradient', attributes }, x, upstream));
  expect(() => gradients(graph, loss, [x])).toThrow(new RangeError('gradients: conv1dKernelGradient has no gradient'));
});
