import { describe, expect, test } from 'vitest';
import { dependence } from '../../src/graph/dependence.ts';
import { Graph, type Value } from '../../src/graph/graph.ts';
import type { Step } from '../../src/graph/operations/index.ts';
import { symbolic } from '../../src/graph/shape.ts';
import { evaluate } from './evaluate.ts';
import { randomTensor } from './tensors.ts';

const FRAMES = 12;
const HOP = 12;
const WANTED = { first: 70, last: 75 };

const up = (factor: number): Step => ({ name: 'upsampleLinear', attributes: { factor } });
const down = (factor: number): Step => ({ name: 'downsampleLinear', attributes: { factor } });
const conv = (dilation: number): Step => ({ name: 'conv1d', attributes: { dilation } });
const relu: Step = { name: 'leakyRelu', attributes: { slope: 0.2 } };

/** A program of one channel that applies these steps to `x`, and adds to that what other ones make of it. */
function programOf(steps: readonly Step[], others: readonly Step[]): Graph {
  const graph = new Graph();
  const x = graph.input('x', [1, 1, symbolic('frames', HOP)]);
  const through = (chain: readonly Step[]): Value =>
    chain.reduce((value, step) => {
      const kernels = step.name === 'conv1d' ? [graph.constant(Float32Array.of(0.5, 0.7, 0.9), [1, 1, 3])] : [];
      return graph.apply(step, value, ...kernels);
    }, x);
  const [a, b] = [through(steps), through(others)];
  graph.output('y', graph.apply({ name: 'add', attributes: {} }, a, b));
  return graph;
}

describe.each<readonly [string, readonly Step[], readonly Step[]]>([
  ['convolutions', [conv(1), relu, conv(4)], [conv(2)]],
  ['up by 2 and down again', [up(2), conv(1), down(2)], [conv(1)]],
  ['down by an odd factor and up again', [down(3), conv(2), up(3)], [relu]],
  ['down by an even factor and up again', [down(4), up(4), conv(1)], [down(2), up(2)]],
  ['up by 5 and down again', [conv(1), up(5), conv(3), down(5)], [relu]],
])('%s', (_, steps, others) => {
  // By the plain definitions, a place at a time.
  test('what is named is what changes the output', () => {
    const graph = programOf(steps, others);
    const { first, last } = dependence(graph, 'y', WANTED, 'frames').get('x')!;
    const x = randomTensor([1, 1, FRAMES * HOP], 1);
    const wantedOf = (data: Float32Array) =>
      evaluate(graph, { x: { ...x, data } }, graph.outputs.get('y')!).data.slice(WANTED.first, WANTED.last + 1);
    const before = wantedOf(x.data);
    const read = [...x.data.keys()].filter((place) => {
      const after = wantedOf(x.data.with(place, x.data[place]! + 3));
      return after.some((value, i) => value !== before[i]);
    });
    expect([read[0], read.at(-1)]).toEqual([first, last]);
  });
});

test('inputs without time are not named', () => {
  const graph = new Graph();
  const x = graph.input('x', [1, 1, symbolic('frames')]);
  const row = graph.input('row', [1, 1, 1]);
  graph.output('y', graph.apply({ name: 'mul', attributes: {} }, x, row));
  expect([...dependence(graph, 'y', { first: 3, last: 4 }, 'frames')]).toEqual([['x', { first: 3, last: 4 }]]);
});

test('an operation whose reach is not known is refused by name', () => {
  const graph = new Graph();
  const x = graph.input('x', [1, 1, symbolic('frames')]);
  graph.output('y', graph.apply({ name: 'reduceSum', attributes: { axes: [1] } }, x));
  expect(() => dependence(graph, 'y', { first: 0, last: 0 }, 'frames')).toThrow(
    new RangeError('reduceSum: how far it reaches along time is not known'),
  );
});
