import { beforeAll, describe, expect, test } from 'vitest';
import { gradients } from '../../src/graph/differentiate.ts';
import type { Graph } from '../../src/graph/graph.ts';
import type { Tensor } from '../../src/graph/operation.ts';
import type { WaveGradConfig } from '../../src/model/config.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { buildLoss, gradientName } from '../../src/training/loss-graph.ts';
import { ENGINES } from '../engine/engines.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { golden, tinyConfig, tinyGradientNorms, tinyWeights } from './tiny.ts';

const BATCH = 2;
const FRAMES = 12;
const HOP = 300;

type Compile = (typeof ENGINES)[0][1];

type Outputs = Readonly<Record<string, Tensor>>;

/** The mean absolute error of the network against `target`, as `loss`, and its gradients as training calls them. */
function asDefined(config: WaveGradConfig): Graph {
  const graph = buildWaveGrad(config);
  const noise = graph.outputs.get('noise')!;
  const error = graph.apply({ name: 'sub', attributes: {} }, noise, graph.input('target', noise.shape));
  const loss = graph.apply({ name: 'mean', attributes: {} }, graph.apply({ name: 'abs', attributes: {} }, error));
  const parameters = graph.parameters();
  const wrt = parameters.map(({ value }) => value);
  const values = gradients(graph, loss, wrt);
  graph.outputs.clear();
  graph.output('loss', loss);
  for (const [i, { name }] of parameters.entries()) graph.output(gradientName(name), values[i]!);
  return graph;
}

/** The program of the tiny network, ready to run on the goldens' inputs. */
async function prepare(build: (config: WaveGradConfig) => Graph, compile: Compile) {
  const graph = build(await loadConfig(tinyConfig));
  const names = graph.parameters().map(({ name }) => name);
  const weights = tinyWeights();
  const fixed: Record<string, Tensor> = {
    mels: { shape: [BATCH, 80, FRAMES], data: golden('forward/mels') },
    signal: { shape: [BATCH, FRAMES * HOP], data: golden('forward/y') },
    noiseLevels: { shape: [BATCH], data: golden('forward/noise_level') },
    target: { shape: [BATCH, FRAMES * HOP], data: golden('grad/target') },
    share: { shape: [1, 1], data: Float32Array.of(1) },
  };
  const program = await compile(graph, 'inputs');
  const run = (changed: ReadonlyMap<string, Tensor> = weights): Promise<Outputs> =>
    program.run({ ...fixed, ...Object.fromEntries(changed) });
  return { names, weights, run };
}

const norm = (values: Iterable<number>) => Math.hypot(...values);

const training = (config: WaveGradConfig) => buildLoss(config, 'l1');
const [[onnxRuntime, compileForOnnxRuntime], [tensorFlow, compileForTensorFlow]] = ENGINES;

describe.each([
  [onnxRuntime, 'as the network is defined', compileForOnnxRuntime, asDefined],
  [onnxRuntime, 'as training runs it, with convolutions before upsampling', compileForOnnxRuntime, training],
  // In pure JavaScript each run takes seconds.
  [tensorFlow, 'as training runs it, with convolutions before upsampling', compileForTensorFlow, training],
] as const)("by %s, the network's gradients %s", (engine, _, compile, build) => {
  let network: Awaited<ReturnType<typeof prepare>>;
  let outputs: Outputs;

  beforeAll(async () => {
    network = await prepare(build, compile);
    outputs = await network.run();
  });

  test("the loss is PyTorch's", () => {
    expect(outputs.loss!.data[0]! / golden('grad/loss')[0]!).toBeCloseTo(1, 5);
  });

  // Measured 5e-5 for the bias, whose gradient is a sum of signs over all samples, and at most 2e-6 for the others.
  test.each([
    'nn.ublock_preconv.conv1d.weight',
    'nn.ublocks.0.first_block_main_branch.upsampling.2.conv1d.weight',
    'nn.ublocks.4.second_block_main_branch.modulation_1.convolution.conv1d.bias',
    'nn.dblock_preconv.conv1d.weight',
    'nn.films.2.signal_conv.0.conv1d.weight',
    'nn.films.4.shift_conv.conv1d.bias',
  ])("the gradient by %s is PyTorch's", (name) => {
    expect(relativeDistance(outputs[gradientName(name)]!.data, golden(`grad/${name}`))).toBeLessThan(1e-4);
  });

  test("every parameter's gradient has PyTorch's norm, and its parameter's shape", () => {
    const expected = tinyGradientNorms();
    expect(network.names.toSorted()).toEqual(Object.keys(expected).sort());
    for (const name of network.names) {
      const { shape, data } = outputs[gradientName(name)]!;
      expect(shape, name).toEqual(network.weights.get(name)!.shape);
      expect(Math.abs(norm(data) / expected[name]! - 1), name).toBeLessThan(1e-3);
    }
  });

  test("the norm over all parameters is PyTorch's", () => {
    const total = norm(network.names.map((name) => norm(outputs[gradientName(name)]!.data)));
    expect(total / golden('grad/total_norm')[0]!).toBeCloseTo(1, 4);
  });

  test.runIf(engine === onnxRuntime)(
    'a step along the gradient changes the loss by what the gradient says',
    async () => {
      const direction = new Map(
        network.names.map((name, i) => [name, randomTensor(network.weights.get(name)!.shape, i)]),
      );
      const step = 2 ** -12;
      const moved = async (by: number) => {
        const weights = [...network.weights].map(([name, { shape, data }]) => {
          const along = direction.get(name)!.data;
          return [name, { shape, data: data.map((value, i) => value + by * along[i]!) }] as const;
        });
        return (await network.run(new Map(weights))).loss!.data[0]!;
      };
      const slope = network.names.reduce((sum, name) => {
        const along = direction.get(name)!.data;
        return outputs[gradientName(name)]!.data.reduce((total, value, i) => total + value * along[i]!, sum);
      }, 0);
      // The loss, about 1.7, is known to 1e-7, so the difference quotient to 1e-3; it bends where errors change their signs.
      expect(((await moved(step)) - (await moved(-step))) / (2 * step) / slope).toBeCloseTo(1, 1);
    },
  );
});
