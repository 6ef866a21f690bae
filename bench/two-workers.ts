/**
 * Seconds of audio that two workers put through the network in a second, beside PyTorch with two threads and PyTorch in two processes.
 *
 *   node --import tsx bench/two-workers.ts [--config FILE] [--rounds 5] [--json]
 *
 * Full-size network with random weights, 72 frames a call; no worker knows a prefix of another schedule. In turn in every round. PEER_PYTHON names another Python.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { loadConfig } from '../src/model/load-config.ts';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import { isPeerThere, peerTimes } from './peer.ts';
import { withRandomModel } from './random-network.ts';
import { SEARCH_REQUEST } from './search-request.ts';

const FRAMES = 72;
const CLIPS = 4;
const SCHEDULES_PER_WORKER = 2;
const WORKERS = 2;

const { values: options } = parseArgs({
  options: {
    config: {
      type: 'string',
      default: fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url)),
    },
    rounds: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const config = await loadConfig(options.config);
const { hop_length: hop, sample_rate: sampleRate } = config.data_config;
const clipSeconds = (FRAMES * hop) / sampleRate;
const hasPeer = isPeerThere();

async function peerRate(processes: number, threads: number): Promise<number> {
  const args = ['forward', '--config', options.config, '--frames', `${FRAMES}`, '--threads', `${threads}`, '-n', '6'];
  const times = await Promise.all(Array.from({ length: processes }, () => peerTimes(args)));
  return times.reduce((sum, { secondsMedian }) => sum + clipSeconds / secondsMedian, 0);
}

interface Round {
  readonly workers: number;
  readonly threads?: number;
  readonly processes?: number;
}

const rounds = await withRandomModel(config, async (model) => {
  const plan = await planSearch({
    ...SEARCH_REQUEST,
    model,
    config: options.config,
    clipSeconds,
    clipCount: CLIPS,
  });
  const { pool } = await openSearchPool(plan, WORKERS);
  const { betas } = plan.baselines[0]!;
  let made = 0;
  const rate = async () => {
    const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
    const begin = performance.now();
    const results = await Promise.all(
      Array.from({ length: SCHEDULES_PER_WORKER * WORKERS }, () => {
        const own = [...betas.slice(0, -1), betas.at(-1)! * (1 - 1e-6 * made++)];
        return pool.run({ kind: 'jobs', jobs: [{ ...about, betas: own, metrics: ['log-mel-l1'] }] });
      }),
    );
    const seconds = (performance.now() - begin) / 1000;
    const nfe = results
      .flatMap((result) => (result.kind === 'jobs' ? result.results : []))
      .reduce((sum, one) => sum + one.nfe, 0);
    return (nfe * CLIPS * plan.settings.clipSamples) / sampleRate / seconds;
  };
  await rate();
  const all: Round[] = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const workers = await rate();
    all.push(hasPeer ? { workers, threads: await peerRate(1, 2), processes: await peerRate(2, 1) } : { workers });
  }
  await pool.close();
  return all;
});

if (options.json) process.stdout.write(`${JSON.stringify(rounds, null, 2)}\n`);
else {
  const head = ['two workers', 'PyTorch, two threads', 'PyTorch, two processes', 'times the better'];
  const table = new Table({ head, style: { head: [], border: [] } });
  for (const { workers, threads, processes } of rounds) {
    const ratio = threads && processes && workers / Math.max(threads, processes);
    table.push([workers, threads, processes, ratio].map((value) => value?.toFixed(3) ?? '–'));
  }
  process.stdout.write(`${table.toString()}\n`);
}
