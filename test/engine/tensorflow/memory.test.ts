import { expect, test } from 'vitest';
import type { Program } from '../../../src/engine/engine.ts';
import type { TensorFlow } from '../../../src/engine/tensorflow/operation.ts';
import { compile } from '../../../src/engine/tensorflow/program.ts';
import { Graph, type Value } from '../../../src/graph/graph.ts';
import type { Tensor } from '../../../src/graph/operation.ts';
import { loadConfig } from '../../../src/model/load-config.ts';
import { buildWaveGrad } from '../../../src/model/wavegrad.ts';
import { buildLoss } from '../../../src/training/loss-graph.ts';
import { randomTensor, tensor } from '../../graph/tensors.ts';
import { tinyConfig, tinyWeights } from '../../model/tiny.ts';
import { tensorFlow as tf } from '../engines.ts';

const STEPS = 100;
const config = await loadConfig(tinyConfig);
const inputs: Readonly<Record<string, Tensor>> = {
  mels: randomTensor([1, 80, 1], 1),
  signal: randomTensor([1, 300], 2),
  noiseLevels: tensor([1], 0.5),
};

/** How many tensors there are after each of many runs. */
async function tensorsAfterEach(program: Program, given: Readonly<Record<string, Tensor>>): Promise<number[]> {
  const counts: number[] = [];
  for (let step = 0; step < STEPS; step++) {
    await program.run(given);
    counts.push(tf.memory().numTensors);
  }
  return counts;
}

test('a network keeps its weights, nothing of its runs, and after dispose() nothing at all', async () => {
  const before = tf.memory().numTensors;
  const weights = new Map([...tinyWeights()].map(([name, { data }]) => [name, data]));
  const program = compile(tf, buildWaveGrad(config), weights);
  const compiled = tf.memory().numTensors;
  expect(compiled).toBeGreaterThan(before);
  expect(new Set(await tensorsAfterEach(program, inputs))).toEqual(new Set([compiled]));
  await program.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

test('training steps keep nothing of their runs', async () => {
  const before = tf.memory().numTensors;
  const program = compile(tf, buildLoss(config, 'l1'), 'inputs');
  const compiled = tf.memory().numTensors;
  const step = { ...inputs, ...Object.fromEntries(tinyWeights()), target: inputs.signal!, share: tensor([1, 1], 1) };
  expect(new Set(await tensorsAfterEach(program, step))).toEqual(new Set([compiled]));
  await program.dispose();
  expect(tf.memory().numTensors).toBe(before);
}, 180_000);

const add = (graph: Graph, a: Value, b: Value) => graph.apply({ name: 'add', attributes: {} }, a, b);

/** TensorFlow.js with another addition. */
const withAdd = (change: TensorFlow['add']): TensorFlow => ({ ...tf, add: change });

test('a value is disposed of once nothing reads it any more', async () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  let sum = x;
  for (let i = 0; i < 50; i++) sum = add(graph, sum, x);
  graph.output('sum', sum);
  const before = tf.memory().numTensors;
  const counts: number[] = [];
  const watched = withAdd((a, b) => {
    counts.push(tf.memory().numTensors - before);
    return tf.add(a, b);
  });
  const program = compile(watched, graph, 'inputs');
  const { sum: result } = await program.run({ x: tensor([2], 1, -1) });
  expect([...result!.data]).toEqual([51, -51]);
  expect(counts).toHaveLength(50);
  // x and the sum so far; the first one is x itself.
  expect(Math.max(...counts)).toBe(2);
});

test('a run that fails leaves nothing behind', async () => {
  const graph = new Graph();
  const x = graph.input('x', [2]);
  graph.output('sum', add(graph, graph.apply({ name: 'neg', attributes: {} }, x), x));
  const before = tf.memory().numTensors;
  const failing = withAdd(() => {
    throw new Error('out of memory');
  });
  const program = compile(failing, graph, 'inputs');
  await expect(program.run({ x: tensor([2], 1, 2) })).rejects.toThrow('out of memory');
  expect(tf.memory().numTensors).toBe(before);
});

test('what depends on weights alone is computed once, and its parts are not kept', async () => {
  const graph = new Graph();
  const kernel = graph.parameter('kernel', [2, 3, 3]);
  const stacked = graph.apply({ name: 'stackTaps', attributes: {} }, kernel);
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, graph.input('x', [1, 3, 4]), stacked));
  const before = tf.memory().numTensors;
  let transposed = 0;
  const watched: TensorFlow = {
    ...tf,
    transpose: (...args) => {
      transposed++;
      return tf.transpose(...args);
    },
  };
  const program = compile(watched, graph, new Map([['kernel', randomTensor([2, 3, 3], 1).data]]));
  // The kernel as it is kept, and as conv1d takes it: that is all that stays.
  expect(transposed).toBe(2);
  expect(tf.memory().numTensors - before).toBe(1);
  await program.run({ x: randomTensor([1, 3, 4], 2) });
  // The signal, in and out.
  expect(transposed).toBe(4);
  await program.dispose();
});
