import { expect, test } from 'vitest';
import { Graph } from '../../src/graph/graph.ts';
import { symbolic } from '../../src/graph/shape.ts';

test('parameters are listed in the order of their first use, with names and shapes', () => {
  const graph = new Graph();
  const x = graph.input('x', [1, 2, symbolic('frames')]);
  const kernel = graph.parameter('kernel', [4, 2, 3]);
  const bias = graph.parameter('bias', [4]);
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel, bias));
  expect(graph.parameters()).toMatchObject([
    { name: 'kernel', shape: [4, 2, 3] },
    { name: 'bias', shape: [4] },
  ]);
});

test('a step reads earlier values by their numbers and has the shape of its rule', () => {
  const graph = new Graph();
  const a = graph.input('a', [2, 1]);
  const b = graph.constant(Float32Array.of(1, 2, 3), [1, 3]);
  const sum = graph.apply({ name: 'add', attributes: {} }, a, b);
  expect(sum.shape).toEqual([2, 3]);
  expect(graph.nodes[sum.id]).toMatchObject({ kind: 'step', inputs: [a.id, b.id], shape: [2, 3] });
});

test('a refused step leaves the graph as it was', () => {
  const graph = new Graph();
  const a = graph.input('a', [2]);
  const b = graph.input('b', [3]);
  expect(() => graph.apply({ name: 'add', attributes: {} }, a, b)).toThrow(RangeError);
  expect(graph.nodes).toHaveLength(2);
});

test('a value of more than three dimensions is refused, for it has no written form', () => {
  expect(() => new Graph().input('x', [1, 2, 3, 4])).toThrow(
    new RangeError('a value has at most 3 dimensions, got [1, 2, 3, 4]'),
  );
});
