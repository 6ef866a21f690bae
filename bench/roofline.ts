/**
 * What this machine's float32 products of matrices reach through ONNX Runtime, and how near the network comes to that, layer by layer.
 *
 *   node --import tsx bench/roofline.ts [--rounds 8] [--frames 72] [--config FILE] [--json]
 *
 * One thread, random weights. In each round the product of two matrices of 1,024 by 1,024, a convolution of 512 to 512 channels (batch 4, 600 samples, 3 taps) and the
 * network are run one after another; the best of each counts. The network's rate is counted on the multiplications of the network as it was published, 1×1 convolutions before
 * resampling and all; that of a layer on those that it really does.
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
import { dimSize } from '../src/graph/shape.ts';
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
async function convolution(batch: number, channels: number, length: number, taps: number): Promise<Work> {
  const graph = new Graph();
  const x = graph.input('x', [batch, channels, length]);
  const kernel = graph.parameter('kernel', [channels, channels, taps]);
  graph.output('y', graph.apply({ name: 'conv1d', attributes: { dilation: 1 } }, x, kernel));
  const inputs = { x: { data: normals(batch * channels * length, 0, 1), shape: [batch, channels, length] } };
  const program = await compile(graph, randomWeights(graph), { threads: 1 });
  return { program, inputs, macs: macsOf(graph), best: Number.POSITIVE_INFINITY };
}

async function network(): Promise<Work> {
  const graph = buildWaveGrad(config);
  const { before, rest } = networkParts(config);
  const weights = randomWeights(graph);
  const { mels, ...changing } = randomInputs(config, frames);
  const first = await compile(before, weights, { threads: 1 });
  const inputs = { ...changing, ...(await first.run({ mels })) };
  const program = await compile(rest, weights, { threads: 1, profile: join(folder, 'network') });
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
  'matrices of 1,024 by 1,024': await convolution(1, 1024, 1024, 1),
  'convolution [4, 512, 512, 600], 3 taps': await convolution(4, 512, 600, 3),
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
const ceiling = rate(works['convolution [4, 512, 512, 600], 3 taps']);

/** Of each layer what it does in the graph that is run. */
const layerMacs = new Map(convolutionsOf(networkParts(config).rest).map(({ name, macs }) => [name, macs]));
const times = await nodeTimes();
await rm(folder, { recursive: true });
const total = times.reduce((sum, { ms }) => sum + ms, 0);
const rows = times.map(({ name, type, ms }) => {
  const own = layerMacs.get(name);
  const layer = own === undefined ? type : name.replace(/^nn\./, '').replace(/(\.convolution)?\.conv1d\.weight$/, '');
  return { layer, ms, share: ms / total, rate: own === undefined ? undefined : own / ms / 1e6 };
});
/** Operations that are no layers of their own, by kind. */
const kinds = [...new Set(rows.filter((row) => row.rate === undefined).map(({ layer }) => layer))];
const layers = [
  ...rows.filter((row) => row.rate !== undefined),
  ...kinds.map((kind) => {
    const members = rows.filter((row) => row.rate === undefined && row.layer === kind);
    const ms = members.reduce((sum, member) => sum + member.ms, 0);
    return { layer: `${kind} (${members.length})`, ms, share: ms / total, rate: undefined };
  }),
].toSorted((a, b) => b.ms - a.ms);

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
