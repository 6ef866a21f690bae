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
import { networkParts } from '../src/model/network-parts.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { bestSeconds } from './best-seconds.ts';
import { isPeerThere, peerTimes } from './peer.ts';
import { randomInputs, randomWeights } from './random-network.ts';

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

/** One evaluation of the network as a search makes it, ready to be timed: what depends on the mels alone is there. */
async function prepare(): Promise<() => Promise<unknown>> {
  const config = await loadConfig(options.config);
  const { before, rest } = networkParts(config);
  const weights = randomWeights(buildWaveGrad(config));
  const { mels, ...changing } = randomInputs(config, FRAMES);
  const engine = { threads: 1, sizes: { frames: FRAMES } };
  const first = await compile(before, weights, engine);
  const conditioning = await first.run({ mels });
  const program = await compile(rest, weights, engine);
  return () => program.run({ ...changing, ...conditioning });
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
