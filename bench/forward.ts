/**
 * Times one evaluation of the network beside PyTorch's on the same work: mels [1, n_mels, 72], one thread, random weights.
 *
 *   node --import tsx bench/forward.ts [--rounds 5] [--config FILE] [--json]
 *
 * Each round takes the best of a few runs of either, one after the other, so that both meet the same machine; the ratio is the
 * peer's time over ours, above 1 where ours is faster. The peer is shared/peer/bench.py beside the checkout, under Debian's PyTorch.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { compile } from '../src/engine/onnxruntime/program.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { fillNormal } from '../src/random/noise.ts';
import { bestSeconds } from './best-seconds.ts';
import { isPeerThere, peerTimes } from './peer.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));
const FRAMES = 72;
const RUNS = 5;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    json: { type: 'boolean', default: false },
  },
});

function normals(count: number, clip: number, scale: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 });
  return out.map((x) => x * scale);
}

/** One evaluation of the network, ready to be timed. */
async function prepare(): Promise<() => Promise<unknown>> {
  const config = await loadConfig(options.config);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const graph = buildWaveGrad(config);
  const weights = new Map(
    graph.parameters().map(({ name, shape }, i) => {
      const [cout, ...fanIn] = shape;
      const inputs = fanIn.reduce((product, size) => product * size, 1);
      return [name, normals(cout! * inputs, i, 1 / Math.sqrt(inputs))];
    }),
  );
  const program = await compile(graph, weights, { threads: 1 });
  const inputs = {
    mels: { data: normals(nMels * FRAMES, 0, 1), shape: [1, nMels, FRAMES] },
    signal: { data: normals(FRAMES * hop, 1, 0.3), shape: [1, FRAMES * hop] },
    noiseLevels: { data: Float32Array.of(0.5), shape: [1] },
  };
  return () => program.run(inputs);
}

async function peerSeconds(): Promise<number> {
  const sizes = ['--threads', '1', '--frames', String(FRAMES), '-n', String(RUNS), '--config', options.config];
  return (await peerTimes(['forward', ...sizes])).secondsMin;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2;
}

const peerIsThere = isPeerThere();

const forward = await prepare();
await forward();
const rounds: { ours: number; peer?: number; ratio?: number }[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  const ours = await bestSeconds(forward, RUNS);
  const peer = peerIsThere ? await peerSeconds() : undefined;
  rounds.push({ ours, peer, ratio: peer === undefined ? undefined : peer / ours });
}
const ratio = peerIsThere ? median(rounds.map((round) => round.ratio!)) : undefined;

if (options.json) {
  process.stdout.write(`${JSON.stringify({ frames: FRAMES, threads: 1, runs: RUNS, rounds, ratio }, null, 2)}\n`);
} else {
  const table = new Table({ head: ['round', 'ours, s', 'PyTorch, s', 'ratio'], style: { head: [], border: [] } });
  rounds.forEach((round, i) => {
    table.push([i + 1, round.ours.toFixed(3), round.peer?.toFixed(3) ?? '–', round.ratio?.toFixed(2) ?? '–']);
  });
  table.push(['median', median(rounds.map(({ ours }) => ours)).toFixed(3), '', ratio?.toFixed(2) ?? '–']);
  process.stdout.write(`${table.toString()}\n`);
}
