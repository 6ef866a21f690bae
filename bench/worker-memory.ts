/**
 * What a worker of a search holds resident: a search with two workers less the same with one, after each has made the same evaluations.
 *
 *   node --import tsx bench/worker-memory.ts [--config FILE] [--rounds 3] [--json]
 *
 * Full-size network with random weights, four clips of one second; read from /proc/self/status, so on Linux only.
 */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { loadConfig } from '../src/model/load-config.ts';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import { withRandomModel } from './random-network.ts';
import { SEARCH_REQUEST } from './search-request.ts';

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
  const plan = await planSearch({ ...SEARCH_REQUEST, model, config: options.config });
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

async function measureRounds(model: string) {
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
  return rounds;
}

if (options.model !== undefined) {
  process.stdout.write(JSON.stringify(await search(options.model, Number(options.workers))));
} else {
  const rounds = await withRandomModel(await loadConfig(options.config), measureRounds);
  if (options.json) process.stdout.write(`${JSON.stringify(rounds, null, 2)}\n`);
  else {
    const lines = rounds.map(
      ({ one, two, worker }) =>
        `one worker ${one.now.toFixed(0)} MiB (peak ${one.peak.toFixed(0)}), two ${two.now.toFixed(0)} (${two.peak.toFixed(0)}): a worker ${worker.toFixed(0)} MiB`,
    );
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}
