/**
 * Times the loss and all its gradients beside PyTorch's whole training step on the same network, batch and threads, random weights.
 *
 *   node --import tsx bench/gradients.ts [--rounds 5] [--threads 2] [--batch 4] [--frames 24] [--config FILE] [--profile PREFIX] [--json]
 *
 * PyTorch's step also clips and runs Adam. Each round takes the best of a few runs of either, one after the other, so that both meet
 * the same machine; the ratio is our time over the peer's, below 1 where ours is faster. The peer is shared/peer/bench.py beside the
 * checkout, under Debian's PyTorch. --profile writes ONNX Runtime's own times to PREFIX_….json instead.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import Table from 'cli-table3';
import { compile } from '../src/engine/onnxruntime/program.ts';
import { gradients } from '../src/graph/differentiate.ts';
import type { Graph } from '../src/graph/graph.ts';
import type { Tensor } from '../src/graph/operation.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { fillNormal } from '../src/random/noise.ts';
import { bestSeconds } from './best-seconds.ts';

const PYTHON = '/usr/bin/python3';
const PEER = fileURLToPath(new URL('../../shared/peer/bench.py', import.meta.url));
const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));
const RUNS = 3;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    threads: { type: 'string', default: '2' },
    batch: { type: 'string', default: '4' },
    frames: { type: 'string', default: '24' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const batch = Number(options.batch);
const frames = Number(options.frames);

function normals(shape: readonly number[], clip: number, scale: number): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fillNormal(data, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 });
  return { shape, data: data.map((x) => x * scale) };
}

/** Adds the mean absolute error against an input `target`, and its gradients under the parameters' names. */
function addGradients(graph: Graph): void {
  const noise = graph.outputs.get('noise')!;
  const target = graph.input('target', noise.shape);
  const error = graph.apply({ name: 'sub', attributes: {} }, noise, target);
  const absolute = graph.apply({ name: 'abs', attributes: {} }, error);
  const loss = graph.apply({ name: 'mean', attributes: {} }, absolute);
  const parameters = graph.parameters();
  const values = gradients(
    graph,
    loss,
    parameters.map(({ value }) => value),
  );
  graph.outputs.clear();
  graph.output('loss', loss);
  parameters.forEach(({ name }, i) => {
    graph.output(`gradient of ${name}`, values[i]!);
  });
}

/** One evaluation of the loss and its gradients, ready to be timed. */
async function prepare(): Promise<{ run: () => Promise<unknown>; dispose: () => Promise<void> }> {
  const config = await loadConfig(options.config);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const graph = buildWaveGrad(config);
  const weights = graph.parameters().map(({ name, shape }, i) => {
    const inputs = shape.slice(1).reduce((product, size) => product * size, 1);
    return [name, normals(shape, i, 1 / Math.sqrt(inputs))] as const;
  });
  addGradients(graph);
  const program = await compile(graph, 'inputs', { threads: Number(options.threads), profile: options.profile });
  const inputs = {
    ...Object.fromEntries(weights),
    mels: normals([batch, nMels, frames], 0, 1),
    signal: normals([batch, frames * hop], 1, 0.3),
    target: normals([batch, frames * hop], 2, 1),
    noiseLevels: { data: new Float32Array(batch).fill(0.5), shape: [batch] },
  };
  return { run: () => program.run(inputs), dispose: () => program.dispose() };
}

async function peer(): Promise<{ seconds: number; peakMiB: number }> {
  const sizes = ['--threads', options.threads, '--batch', options.batch, '--frames', options.frames];
  const script = [PEER, 'train-step', ...sizes, '-n', String(RUNS), '--config', options.config];
  const { stdout } = await promisify(execFile)(PYTHON, script);
  const { seconds_min: seconds, peak_rss_mib: peakMiB } = JSON.parse(stdout) as Record<string, number>;
  return { seconds: seconds!, peakMiB: peakMiB! };
}

const peerIsThere = existsSync(PEER) && existsSync(PYTHON);
if (!peerIsThere) process.stderr.write(`Without the peer: it takes ${PEER} and ${PYTHON}.\n`);

const step = await prepare();
await step.run();
const rounds: { ours: number; peer?: number; ratio?: number; peerPeakMiB?: number }[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  const ours = await bestSeconds(step.run, RUNS);
  const other = peerIsThere ? await peer() : undefined;
  rounds.push({ ours, peer: other?.seconds, ratio: other && ours / other.seconds, peerPeakMiB: other?.peakMiB });
}
await step.dispose();
const best = {
  ours: Math.min(...rounds.map(({ ours }) => ours)),
  peer: peerIsThere ? Math.min(...rounds.map(({ peer }) => peer!)) : undefined,
};
const ratio = best.peer && best.ours / best.peer;
const peakMiB = process.resourceUsage().maxRSS / 1024;

if (options.json) {
  process.stdout.write(
    `${JSON.stringify({ batch, frames, threads: Number(options.threads), rounds, best, ratio, peakMiB })}\n`,
  );
} else {
  const table = new Table({ head: ['round', 'ours, s', 'PyTorch, s', 'ratio'], style: { head: [], border: [] } });
  rounds.forEach((round, i) => {
    table.push([i + 1, round.ours.toFixed(3), round.peer?.toFixed(3) ?? '–', round.ratio?.toFixed(2) ?? '–']);
  });
  table.push(['best', best.ours.toFixed(3), best.peer?.toFixed(3) ?? '–', ratio?.toFixed(2) ?? '–']);
  table.push(['peak, MiB', peakMiB.toFixed(0), rounds[0]?.peerPeakMiB?.toFixed(0) ?? '–', '']);
  process.stdout.write(`${table.toString()}\n`);
}
