import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { turned } from '../../../src/engine/tensorflow/layout.ts';
import type { TfTensor } from '../../../src/engine/tensorflow/operation.ts';
import { compile } from '../../../src/engine/tensorflow/program.ts';
import { tasksOf } from '../../../src/engine/tensorflow/tasks.ts';
import type { Graph } from '../../../src/graph/graph.ts';
import type { Tensor } from '../../../src/graph/operation.ts';
import { convolveBeforeUpsampling } from '../../../src/graph/passes/convolve-before-upsampling.ts';
import { rewrite } from '../../../src/graph/passes/rewrite.ts';
import { loadConfig } from '../../../src/model/load-config.ts';
import { buildWaveGrad } from '../../../src/model/wavegrad.ts';
import { buildLoss, gradientName } from '../../../src/training/loss-graph.ts';
import { relativeDistance } from '../../graph/distance.ts';
import { randomTensor } from '../../graph/tensors.ts';
import { tinyConfig, tinyWeights } from '../../model/tiny.ts';
import { tensorFlow as tf } from '../engines.ts';

const BATCH = 2;
const FRAMES = 2;
const SAMPLES = 300 * FRAMES;

// The core alone comes without them; after it, since they would bring another copy.
if (tf.getGradient('Conv2D') === undefined) await import('@tensorflow/tfjs-core/dist/register_all_gradients.js');

const weights = tinyWeights();
const inputs: Readonly<Record<string, Tensor>> = {
  mels: randomTensor([BATCH, 80, FRAMES], 1),
  signal: randomTensor([BATCH, SAMPLES], 2),
  noiseLevels: { shape: [BATCH], data: Float32Array.of(0.9, 0.3) },
};
const target = randomTensor([BATCH, SAMPLES], 3);

/** TensorFlow.js differentiates resizeBilinear as if there were no half-pixel centres; one tap that is not moved is the same upsampling. */
function withoutResize(graph: Graph): Graph {
  return rewrite(graph, (result, node, at) => {
    if (node.step.name !== 'upsampleLinear') return undefined;
    const attributes = { factor: node.step.attributes.factor, dilation: 1, taps: 1 };
    return result.apply({ name: 'upsampleTaps', attributes }, at(node.inputs[0]!));
  });
}

const uploaded = ({ data, shape }: Tensor): TfTensor => turned(tf, tf.tensor(data, [...shape]));

/** The network's forward pass, by the operations that the engine calls. */
function forward(graph: Graph, variables: ReadonlyMap<string, TfTensor>): TfTensor {
  const values = new Map<number, TfTensor>();
  graph.nodes.forEach((node, id) => {
    if (node.kind === 'constant') values.set(id, uploaded(node.value));
    if (node.kind === 'input') values.set(id, uploaded(inputs[node.name]!));
    if (node.kind === 'parameter') values.set(id, turned(tf, variables.get(node.name)!));
  });
  for (const { inputs: read, output, apply } of tasksOf(graph)) {
    values.set(
      output,
      apply(
        tf,
        read.map((id) => values.get(id)!),
      ),
    );
  }
  return values.get(graph.outputs.get('noise')!.id)!;
}

// Measured 4e-7 at most.
test("the differentiated graph gives what TensorFlow.js's own differentiation of the forward pass gives, for every parameter", async () => {
  const config = await loadConfig(tinyConfig);
  const network = withoutResize(convolveBeforeUpsampling(buildWaveGrad(config)));
  const variables = new Map<string, Variable>();
  for (const [name, { data, shape }] of weights)
    variables.set(name, tf.variable(tf.tensor(data, [...shape]), true, name));
  const loss = () => tf.mean<Scalar>(tf.abs(tf.sub(forward(network, variables), uploaded(target))));
  const theirs = tf.variableGrads(loss, [...variables.values()]);

  const program = compile(tf, buildLoss(config, 'l1'), 'inputs');
  const share = { shape: [1, 1], data: Float32Array.of(1) };
  const ours = await program.run({ ...inputs, ...Object.fromEntries(weights), target, share });
  expect(ours.loss!.data[0]! / theirs.value.dataSync()[0]!).toBeCloseTo(1, 5);
  expect(Object.keys(theirs.grads).sort()).toEqual([...weights.keys()].sort());
  for (const name of weights.keys()) {
    const { data } = ours[gradientName(name)]!;
    expect(relativeDistance(data, theirs.grads[name]!.dataSync()), name).toBeLessThan(1e-5);
  }
  await program.dispose();
  tf.dispose([theirs.value, theirs.grads, [...variables.values()]]);
});
