/**
 * What a worker of a search holds resident: a search with two workers less the same with one, after each has made the same evaluations.
 *
 *   node --import tsx bench/worker-memory.ts [--config FILE] [--rounds 3] [--json]
 *
 * Full-size network with random weights, four clips of one second; read from /proc/self/status, so on Linux only.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { writeSafetensors } from '../src/formats/safetensors.ts';
import { loadConfig } from '../src/model/load-config.ts';
import { buildWaveGrad } from '../src/model/wavegrad.ts';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import { randomWeights } from './random-network.ts';

const DEFAULT_CONFIG = fileURLToPath(new URL('../test/fixtures/default-config.json', import.meta.url));

const { values: options } = parseArgs({
  options: {
    config: { type: 'string', default: DEFAULT_CONFIG },
    rounds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    model: { type: 'string' },
    workers: { type: 'string' },
  },
});

/** Resident MiB of this process, now and at most so far. */
async function residentMiB(): Promise<{ readonly now: number; readonly peak: number }> {
  const status = await readFile('/proc/self/status', 'utf8');
  const mebibytes = (key: string) => Number(new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(status)![1]) / 1024;
  return { now: mebibytes('VmRSS'), peak: mebibytes('VmHWM') };
}

/** Evaluates two schedules for each worker and gives what is resident then. */
async function search(model: string, workers: number) {
  const plan = await planSearch({
    steps: 6,
    model,
    config: options.config,
    clips: fileURLToPath(new URL('../experiments/demo/clips/score', import.meta.url)),
    heldout: fileURLToPath(new URL('../experiments/demo/clips/heldout', import.meta.url)),
    clipSeconds: 1,
    clipCount: 4,
    strategy: 'presets',
    stride: 1,
    replicates: 1,
    race: false,
    metric: 'log-mel-l1',
    clamp: 'x0',
    precision: 'float64',
    seed: 0,
    device: 'cpu',
    version: '0.0.0',
  });
  const { pool } = await openSearchPool(plan, workers);
  const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
  const { betas } = plan.baselines[0]!;
  await Promise.all(
    Array.from({ length: 2 * workers }, (_, i) => {
      const own = [...betas.slice(0, -1), betas.at(-1)! * (1 - 1e-6 * i)];
      return pool.run({ kind: 'jobs', jobs: [{ ...about, betas: own, metrics: ['log-mel-l1'] }] });
    }),
  );
  const resident = await residentMiB();
  await pool.close();
  return resident;
}

if (options.model !== undefined) {
  process.stdout.write(JSON.stringify(await search(options.model, Number(options.workers))));
} else {
  const folder = await mkdtemp(join(tmpdir(), 'worker-memory-'));
  const model = join(folder, 'model.safetensors');
  const graph = buildWaveGrad(await loadConfig(options.config));
  const weights = randomWeights(graph);
  const tensors = graph.parameters().map(({ name, shape }) => [name, { shape, data: weights.get(name)! }] as const);
  await writeFile(model, writeSafetensors(new Map(tensors)));
  const measure = async (workers: number): Promise<{ readonly now: number; readonly peak: number }> => {
    const args = ['--import', 'tsx', fileURLToPath(import.meta.url), '--config', options.config, '--model', model];
    const { stdout } = await promisify(execFile)(process.execPath, [...args, '--workers', String(workers)]);
    return JSON.parse(stdout);
  };
  const rounds = [];
  for (let round = 0; round < Number(options.rounds); round++) {
    const [one, two] = [await measure(1), await measure(2)];
    rounds.push({ one, two, worker: two.now - one.now });
  }
  await rm(folder, { recursive: true });
  if (options.json) process.stdout.write(`${JSON.stringify(rounds, null, 2)}\n`);
  else {
    const lines = rounds.map(
      ({ one, two, worker }) =>
        `one worker ${one.now.toFixed(0)} MiB (peak ${one.peak.toFixed(0)}), two ${two.now.toFixed(0)} (${two.peak.toFixed(0)}): a worker ${worker.toFixed(0)} MiB`,
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
