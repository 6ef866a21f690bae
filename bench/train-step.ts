/**
 * Times whole training steps beside PyTorch's on the same network, batch and number of cores, random weights.
 *
 *   node --import tsx bench/train-step.ts [--rounds 5] [--steps 5] [--jobs 2] [--threads 1] [--batch 4] [--frames 24] [--config FILE] [--json]
 *
 * A step of ours is what `schedule-train` does: a batch from the ring that a data worker fills beside it, the loss and its gradients in
 * `jobs` workers, their sum, clipping, Adam. PyTorch's (shared/peer/bench.py train-step beside the checkout, unchanged, under Debian's
 * PyTorch, jobs × threads threads) is loss, backward, clipping and Adam on tensors that are there. Each round runs a few steps
 * of either, one after the other, so that both meet the same machine; the ratio is our time over the peer's, below 1 where ours is faster.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { loadConfig } from '../src/model/load-config.ts';
import { createThreadPool } from '../src/pool/threads.ts';
import { fillNormal } from '../src/random/noise.ts';
import type { Feed, FeederOptions } from '../src/training/feeder.ts';
import { createControl, createMemory } from '../src/training/memory.ts';
import { parameterCount } from '../src/training/parameters.ts';
import type { ReplicaResult, ReplicaTask, ReplicaWorkerSettings } from '../src/training/replica-worker.ts';
import { parseTraining } from '../src/training/training-config.ts';
import { isPeerThere, type PeerTimes, peerTimes } from './peer.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));
const RECORDINGS = 8;

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    steps: { type: 'string', default: '5' },
    jobs: { type: 'string', default: '2' },
    threads: { type: 'string', default: '1' },
    batch: { type: 'string', default: '4' },
    frames: { type: 'string', default: '24' },
    config: { type: 'string', default: DEFAULT_CONFIG },
    json: { type: 'boolean', default: false },
  },
});
const [steps, jobs, threads] = [Number(options.steps), Number(options.jobs), Number(options.threads)];

/** Training of random weights on noise, ready to make steps. */
async function prepare() {
  const config = await loadConfig(options.config);
  const { hop_length: hop, n_mels: nMels } = config.data_config;
  const [rows, frames] = [Number(options.batch), Number(options.frames)];
  const { training } = parseTraining(
    { ...config, training_config: { ...config.training_config, batch_size: rows, segment_length: frames * hop } },
    options.config,
  );
  const parameters = parameterCount(config);
  const memory = createMemory({ parameters, rows, samples: frames * hop, frames, nMels }, jobs, false);
  fillNormal(memory.weights, { seed: 0, purpose: 'scoring', clip: 0, replicate: 0, k: 0 });
  memory.weights.forEach((weight, i) => {
    memory.weights[i] = weight / 30;
  });
  const clips = Array.from({ length: RECORDINGS }, (_, clip) => {
    const samples = new Float32Array(new SharedArrayBuffer(4 * 2 * frames * hop));
    fillNormal(samples, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 1 });
    return { path: '', length: samples.length, samples, sampleRate: config.data_config.sample_rate, channels: 1 };
  });
  const workers = (name: string) => new URL(`../src/training/${name}-worker.ts`, import.meta.url);
  const replicas = createThreadPool<ReplicaWorkerSettings, ReplicaTask, ReplicaResult>(workers('replica'), jobs, {
    config,
    training,
    memory,
    engines: [{ threads }],
    testClips: [],
    resample: false,
  });
  const settings = { config, training, memory, clips, resample: false };
  const feeders = createThreadPool<FeederOptions, Feed, void>(workers('feeder'), 1, settings);
  const control = createControl(memory);
  control.restart(0, 0);
  const feeding = feeders.run({ from: 0, index: 0, of: 1, attempt: 0 });
  return {
    /** Makes so many steps and gives their seconds. */
    async run(count: number): Promise<{ seconds: number; waited: number }[]> {
      const from = control.done;
      const span = { from, to: from + count, stepsPerEpoch: 1000, learningRateScale: 1 };
      control.end(0);
      const tasks = Array.from({ length: jobs }, (_, replica) =>
        replicas.run({ kind: 'span', span: { ...span, replica } }),
      );
      await Promise.all(tasks);
      return Array.from({ length: count }, (_, i) => control.reported(from + i));
    },
    async close() {
      control.close();
      await feeding;
      await Promise.all([replicas.close(), feeders.close()]);
    },
  };
}

interface Round {
  readonly best: number;
  readonly median: number;
  readonly waited: number;
  readonly peer?: PeerTimes;
}

const hasPeer = isPeerThere();
const training = await prepare();
await training.run(2);
const rounds: Round[] = [];
for (let round = 0; round < Number(options.rounds); round++) {
  const made = await training.run(steps);
  const seconds = made.map((each) => each.seconds).sort((a, b) => a - b);
  const sizes = ['--batch', options.batch, '--frames', options.frames, '--threads', String(jobs * threads)];
  const peer = hasPeer
    ? await peerTimes(['train-step', ...sizes, '-n', options.steps, '--config', options.config])
    : undefined;
  rounds.push({
    best: seconds[0]!,
    median: seconds[Math.floor(seconds.length / 2)]!,
    waited: made.reduce((sum, each) => sum + each.waited, 0) / seconds.reduce((sum, each) => sum + each, 0),
    peer,
  });
}
await training.close();

const best = Math.min(...rounds.map((round) => round.best));
const peerBest = hasPeer ? Math.min(...rounds.map(({ peer }) => peer!.secondsMin)) : undefined;
const ratio = peerBest && best / peerBest;
const peakMiB = process.resourceUsage().maxRSS / 1024;
if (options.json) {
  process.stdout.write(
    `${JSON.stringify({ jobs, threads, batch: Number(options.batch), rounds, best, peerBest, ratio, peakMiB })}\n`,
  );
} else {
  const table = new Table({
    head: ['round', 'ours, s', 'median', 'waiting', 'PyTorch, s', 'median', 'ratio', 'of medians'],
    style: { head: [], border: [] },
  });
  rounds.forEach(({ best: ours, median, waited, peer }, i) => {
    table.push([
      i + 1,
      ours.toFixed(3),
      median.toFixed(3),
      `${(100 * waited).toFixed(2)} %`,
      peer?.secondsMin.toFixed(3) ?? '–',
      peer?.secondsMedian.toFixed(3) ?? '–',
      peer ? (ours / peer.secondsMin).toFixed(2) : '–',
      peer ? (median / peer.secondsMedian).toFixed(2) : '–',
    ]);
  });
  table.push(['best', best.toFixed(3), '', '', peerBest?.toFixed(3) ?? '–', '', ratio?.toFixed(2) ?? '–', '']);
  table.push(['peak, MiB', peakMiB.toFixed(0), '', '', rounds[0]?.peer?.peakMiB.toFixed(0) ?? '–', '', '', '']);
  process.stdout.write(`${table.toString()}\n`);
}
