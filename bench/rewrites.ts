/**
 * What each exact rewrite of the network saves: full size, one thread, random weights, one row of 72 frames.
 *
 *   node --import tsx bench/rewrites.ts [--rounds 12] [--config FILE] [--json]
 *
 * One variant after another in each round, the best run of each; each has what those above it have. The last column is how far its output is from the first one's, of the
 * largest magnitude.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { channelBlock } from '../src/engine/onnxruntime/channel-block.ts';
import { lowerToOnnx } from '../src/engine/onnxruntime/lower.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { Tensor } from '../src/graph/operation.ts';
import { computedBefore } from '../src/graph/passes/computed-before.ts';
import { convolveBeforeUpsampling } from '../src/graph/passes/convolve-before-upsampling.ts';
import { rewrite } from '../src/graph/passes/rewrite.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { randomInputs, randomWeights } from './random-network.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));
const FRAMES = 72;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    json: { type: 'boolean', default: false },
  },
});

type Inputs = Readonly<Record<string, Tensor>>;

/** As the reference has it: a convolution of one tap before the downsampling, at the high rate. */
function asPublished(graph: Graph): Graph {
  return rewrite(graph, (result, { step, inputs }, at) => {
    const [x, kernel, ...bias] = inputs.map((id) => graph.nodes[id]!);
    const isAfter = step.name === 'conv1d' && x?.kind === 'step' && x.step.name === 'downsampleLinear';
    if (!isAfter || kernel!.shape[2] !== 1) return undefined;
    const operands = inputs.slice(1, 2 + bias.length).map(at);
    return result.apply(x.step, result.apply(step, at(x.inputs[0]!), ...operands));
  });
}

async function ready(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  channelBlock: number | undefined,
  sizes?: { readonly frames: number },
) {
  const session = await InferenceSession.create(lowerToOnnx(graph, weights, { channelBlock, sizes }), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
  });
  return async (inputs: Inputs): Promise<Record<string, Tensor>> => {
    const tensors = Object.entries(inputs).map(([name, { data, shape }]) => [name, new OrtTensor(data, shape)]);
    const outputs = await session.run(Object.fromEntries(tensors));
    return Object.fromEntries(
      Object.entries(outputs).map(([name, { data, dims }]) => [name, { data: data as Float32Array, shape: dims }]),
    );
  };
}

const config = await loadConfig(options.config);
const inputs = randomInputs(config, FRAMES);
const { mels, ...changing } = inputs;
const graph = buildWaveGrad(config);
const weights = randomWeights(graph);
const block = await channelBlock();
const lowRate = convolveBeforeUpsampling(graph);
const { before, rest } = computedBefore(lowRate, new Set(['mels']));
const conditioning = await (await ready(before, weights, block))({ mels });

const variants: readonly {
  readonly name: string;
  readonly graph: Graph;
  readonly block: number | undefined;
  readonly sizes?: { readonly frames: number };
  readonly inputs: Inputs;
}[] = [
  { name: 'as published, in ONNX Runtime’s own layouts', graph: asPublished(graph), block: undefined, inputs },
  { name: '1×1 convolutions after downsampling', graph, block: undefined, inputs },
  { name: 'in blocks from one convolution to the next', graph, block, inputs },
  { name: 'convolutions before upsampling', graph: lowRate, block, inputs },
  { name: 'what the mels alone determine, before', graph: rest, block, inputs: { ...changing, ...conditioning } },
  {
    name: 'three taps in tiles of four outputs',
    graph: rest,
    block,
    sizes: { frames: FRAMES },
    inputs: { ...changing, ...conditioning },
  },
];
const measured: ((typeof variants)[number] & {
  readonly run: Awaited<ReturnType<typeof ready>>;
  readonly noise: Float32Array;
  seconds: number;
})[] = [];
for (const variant of variants) {
  const run = await ready(variant.graph, weights, variant.block, variant.sizes);
  const { noise } = await run(variant.inputs);
  measured.push({ ...variant, run, noise: noise!.data, seconds: Number.POSITIVE_INFINITY });
}
for (let round = 0; round < Number(options.rounds); round++) {
  for (const variant of measured) {
    const begin = performance.now();
    await variant.run(variant.inputs);
    variant.seconds = Math.min(variant.seconds, (performance.now() - begin) / 1000);
  }
}
const [first] = measured;
const peak = first!.noise.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
const rows = measured.map(({ name, seconds, noise }, i) => {
  const distance = noise.reduce((most, value, at) => Math.max(most, Math.abs(value - first!.noise[at]!)), 0);
  const saved = i === 0 ? 0 : 1 - seconds / measured[i - 1]!.seconds;
  return { name, seconds, saved, times: first!.seconds / seconds, distance: distance / peak };
});
if (options.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`);
else {
  const head = ['', 'seconds', 'saved', 'times as fast as the first', 'differs by'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { name, seconds, saved, times, distance } of rows) {
    table.push([
      name,
      seconds.toFixed(4),
      `${(100 * saved).toFixed(1)} %`,
      times.toFixed(3),
      distance.toExponential(1),
    ]);
  }
  process.stdout.write(`${table.toString()}\n`);
}
