/**
 * What this machine's float32 products of matrices reach through ONNX Runtime, and how near the network comes to that, layer by layer.
 *
 *   node --import tsx bench/roofline.ts [--rounds 8] [--frames 72] [--config FILE] [--json]
 *
 * One thread, random weights. In each round the product of two matrices of 1,024 by 1,024, ONNX Runtime's convolution of 512 to 512 channels (batch 4, 600 samples, 3 taps), the same in
 * tiles, and the network are run one after another; the best of each counts. The network's rate is counted on the multiplications of the network as it was published, 1×1 convolutions before
 * resampling and all; that of a layer on those of a plain convolution of the signal that it convolves, so that one in tiles may be above the machine's.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import type { Program } from '../src/engine/engine.ts';
import { compile } from '../src/engine/onnxruntime/program.ts';
import { Graph } from '../src/graph/graph.ts';
import type { Tensor } from '../src/graph/operation.ts';
import { dimSize, symbolic } from '../src/graph/shape.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { networkParts } from '../src/model/network-parts.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { normals, randomInputs, randomWeights } from './random-network.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '8' },
    frames: { type: 'string', default: '72' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    json: { type: 'boolean', default: false },
  },
});
/** ONNX Runtime's own, with all its multiplications. */
const CONVOLUTION = 'convolution [4, 512, 512, 600], 3 taps';
const frames = Number(options.frames);
const config = await loadConfig(options.config);
const folder = await mkdtemp(join(tmpdir(), 'roofline-'));

/** Each convolution with the parameter that its kernel is made of, and its multiplications; as published: before a downsampling where it has one tap. */
function convolutionsOf(graph: Graph) {
  return graph.nodes.flatMap((node) => {
    if (node.kind !== 'step' || node.step.name !== 'conv1d') return [];
    const source = graph.nodes[node.inputs[0]!]!;
    let kernel = graph.nodes[node.inputs[1]!]!;
    const [cout, cin, taps] = kernel.shape as [number, number, number];
    const [batch, , time] = node.shape.map((dim) => dimSize(dim, { batch: 1, frames }));
    while (kernel.kind === 'step') kernel = graph.nodes[kernel.inputs[0]!]!;
    const macs = batch! * cout * cin * taps * time!;
    const isLow = taps === 1 && source.kind === 'step' && source.step.name === 'downsampleLinear';
    const asPublished = isLow ? macs * (source.step.attributes as { readonly factor: number }).factor : macs;
    return [{ name: kernel.kind === 'parameter' ? kernel.name : '', macs, asPublished }];
  });
}

const macsOf = (graph: Graph) => convolutionsOf(graph).reduce((sum, { asPublished }) => sum + asPublished, 0);

interface Work {
  readonly program: Program;
  readonly inputs: Readonly<Record<string, Tensor>>;
  readonly macs: number;
  best: number;
}

/** A convolution of one shape alone. */
async function convolution(
  [batch, channels, length]: readonly [number, number, number],
  taps: number,
  inTiles = false,
): Promise<Work> {
  const graph = new Graph();
  // A length that is known beforehand is convolved in tiles.
  const x = graph.input('x', [batch, channels, inTiles ? length : symbolic('length')]);
  const kernel = graph.parameter('kernel', [channels, channels, taps]);
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel));
  const inputs = { x: { data: normals(batch * channels * length, 0, 1), shape: [batch, channels, length] } };
  const program = await compile(graph, randomWeights(graph), { threads: 1 });
  return { program, inputs, macs: batch * channels ** 2 * taps * length, best: Number.POSITIVE_INFINITY };
}

async function network(): Promise<Work> {
  const graph = buildWaveGrad(config);
  const { before, rest } = networkParts(config);
  const weights = randomWeights(graph);
  const { mels, ...changing } = randomInputs(config, frames);
  const engine = { threads: 1, sizes: { frames } };
  const first = await compile(before, weights, engine);
  const inputs = { ...changing, ...(await first.run({ mels })) };
  const program = await compile(rest, weights, { ...engine, profile: join(folder, 'network') });
  return { program, inputs, macs: macsOf(graph), best: Number.POSITIVE_INFINITY };
}

interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly dur: number;
  readonly args?: { readonly op_name?: string };
}

/** The shortest time of each node, in milliseconds, and what it does. */
async function nodeTimes(): Promise<{ readonly name: string; readonly type: string; readonly ms: number }[]> {
  const [file] = await readdir(folder);
  const events = JSON.parse(await readFile(join(folder, file!), 'utf8')) as ProfileEvent[];
  const best = new Map<string, { name: string; type: string; ms: number }>();
  for (const { cat, name: full, dur, args } of events) {
    if (cat !== 'Node' || !full.endsWith('_kernel_time')) continue;
    const name = full.slice(0, -'_kernel_time'.length);
    const ms = Math.min(dur / 1000, best.get(name)?.ms ?? Number.POSITIVE_INFINITY);
    best.set(name, { name, type: args?.op_name ?? '', ms });
  }
  return [...best.values()];
}

const works = {
  'matrices of 1,024 by 1,024': await convolution([1, 1024, 1024], 1),
  [CONVOLUTION]: await convolution([4, 512, 600], 3),
  'the same in tiles of four': await convolution([4, 512, 600], 3, true),
  network: await network(),
};
for (let round = 0; round < Number(options.rounds); round++) {
  for (const work of Object.values(works)) {
    const begin = performance.now();
    await work.program.run(work.inputs);
    work.best = Math.min(work.best, (performance.now() - begin) / 1000);
  }
}
for (const { program } of Object.values(works)) await program.dispose();
const rate = ({ macs: count, best }: Work) => count / best / 1e9;
const ceiling = rate(works[CONVOLUTION]);

/** Of each layer what it does in the graph that is run. */
const layerMacs = new Map(convolutionsOf(networkParts(config).rest).map(({ name, macs }) => [name, macs]));
const times = await nodeTimes();
await rm(folder, { recursive: true });
const total = times.reduce((sum, { ms }) => sum + ms, 0);
/** By layer, and of operations that are no layers of their own by kind. */
const byLayer = new Map<string, { ms: number; nodes: number; readonly macs: number | undefined }>();
for (const { name, type, ms } of times) {
  // Of a convolution in tiles each product is a node.
  const origin = name.replace(/ \d$/, '');
  const own = layerMacs.get(origin);
  const layer = own === undefined ? type : origin.replace(/^nn\./, '').replace(/(\.convolution)?\.conv1d\.weight$/, '');
  const known = byLayer.get(layer) ?? { ms: 0, nodes: 0, macs: own };
  byLayer.set(layer, { ...known, ms: known.ms + ms, nodes: known.nodes + 1 });
}
const layers = [...byLayer]
  .map(([layer, { ms, nodes, macs }]) => {
    const name = macs === undefined ? `${layer} (${nodes})` : layer;
    return { layer: name, ms, share: ms / total, rate: macs === undefined ? undefined : macs / ms / 1e6 };
  })
  .toSorted((a, b) => b.ms - a.ms);

if (options.json) {
  const bests = Object.entries(works).map(([name, work]) => ({ name, seconds: work.best, gmacsPerSecond: rate(work) }));
  process.stdout.write(`${JSON.stringify({ bests, ofConvolution: rate(works.network) / ceiling, layers }, null, 2)}\n`);
} else {
  const percent = (part: number) => `${(100 * part).toFixed(1)} %`;
  const style = { head: [], border: [] };
  const summary = new Table({ head: ['', 'seconds', 'GMAC/s', 'of the convolution'], style });
  for (const [name, work] of Object.entries(works)) {
    summary.push([name, work.best.toFixed(4), rate(work).toFixed(1), percent(rate(work) / ceiling)]);
  }
  const table = new Table({ head: ['layer', 'ms', 'of the network', 'GMAC/s', 'of the convolution'], style });
  for (const { layer, ms, share, rate: own } of layers) {
    if (share < 0.001) continue;
    table.push([
      layer,
      ms.toFixed(2),
      percent(share),
      own?.toFixed(1) ?? '',
      own === undefined ? '' : percent(own / ceiling),
    ]);
  }
  process.stdout.write(`${summary.toString()}\n${table.toString()}\n`);
}
