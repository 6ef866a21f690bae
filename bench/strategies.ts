/**
 * The strategies beside each other on a real model: after so many NFE, the score of the best schedule so far on held-out clips, with noise that
 * chose nothing, and how much worse that is than the best strategy's, paired over clips.
 *
 *   node --import tsx bench/strategies.ts --model FOLDER --clips LIST --heldout LIST [--iters 6] [--strategies auto,random] [--seeds 0,1,2] [--nfe 300,1000,3000]
 *     [--clip-count 4] [--clip-seconds 0.33] [--no-race] [--json]
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import Table from 'cli-table3';
import { loadClips } from '../src/search/clips.ts';
import { createSearchPool, planSearch } from '../src/search/plan.ts';
import { createRunner } from '../src/search/runner.ts';
import { estimate, meanOverReplicates, pairedDifference } from '../src/search/statistics.ts';
import { STRATEGIES, type StrategyName } from '../src/search/strategies/index.ts';
import { openStudy } from '../src/search/study.ts';
import { byScore } from '../src/search/trial.ts';
import { runTrials } from '../src/search/trials.ts';

const REPLICATES = 4;
const METRIC = 'log-mel-l1';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    model: { type: 'string' },
    config: { type: 'string' },
    clips: { type: 'string' },
    heldout: { type: 'string' },
    iters: { type: 'string', default: '6' },
    strategies: { type: 'string', default: Object.keys(STRATEGIES).join() },
    seeds: { type: 'string', default: '0,1,2' },
    nfe: { type: 'string', default: '300,1000,3000' },
    'clip-count': { type: 'string', default: '4' },
    'heldout-count': { type: 'string', default: '12' },
    'clip-seconds': { type: 'string', default: '0.33' },
    jobs: { type: 'string', default: '2' },
    race: { type: 'boolean', default: true },
    json: { type: 'boolean', default: false },
  },
});
const readings = values.nfe.split(',').map(Number);

interface Reading {
  readonly strategy: string;
  readonly seed: number;
  readonly nfe: number;
  readonly trials: number;
  readonly score: number;
  readonly heldout: readonly number[];
  readonly betas: readonly number[];
}

/** One search, read off at each number of NFE. */
async function run(strategy: StrategyName, seed: number): Promise<Reading[]> {
  const plan = await planSearch({
    steps: Number(values.iters),
    model: values.model,
    config: values.config,
    clips: values.clips,
    heldout: values.heldout,
    clipSeconds: Number(values['clip-seconds']),
    clipCount: Number(values['clip-count']),
    strategy,
    budget: Math.max(...readings),
    stride: 1,
    replicates: 1,
    race: values.race,
    metric: METRIC,
    clamp: 'x0',
    precision: 'float64',
    seed,
    device: 'cpu',
    version: 'bench',
  });
  const { sampleRate, data } = plan.settings;
  // More clips to judge on than to search on.
  const { clips } = await loadClips(values.heldout!, {
    sampleRate,
    hopSamples: data!.hop_length,
    seconds: Number(values['clip-seconds']),
    count: Number(values['heldout-count']),
    seed: 0,
  });
  const heldout = clips.map(({ samples }) => samples);
  const pool = createSearchPool(
    { ...plan, worker: { ...plan.worker, clips: { ...plan.worker.clips, heldout } } },
    Number(values.jobs),
  );
  const folder = await mkdtemp(join(tmpdir(), 'bench-strategies-'));
  const study = await openStudy(join(folder, 'study'), plan.settings, {}, Date.now());
  const runner = createRunner(study, pool, () => false);
  try {
    const { trials, nfe } = await runTrials(study, plan.strategy, runner, () => {});
    // What no trial was charged, the table of errors, comes first.
    const elsewhere = nfe - trials.reduce((sum, trial) => sum + trial.nfe, 0);
    const until = trials.map((trial, i) => {
      return { trial, spent: trials.slice(0, i + 1).reduce((sum, one) => sum + one.nfe, elsewhere) };
    });
    const found = readings.map((reading) => {
      const seen = until.filter((one) => one.spent <= reading && one.trial.state === 'complete');
      return { nfe: reading, trials: seen.length, best: seen.map(({ trial }) => trial).toSorted(byScore)[0]! };
    });
    return await Promise.all(
      found.map(async ({ nfe: reading, trials: count, best }) => {
        const about = { kind: 'evaluation', phase: 'verification', set: 'heldout', purpose: 'verification' } as const;
        const { betas, score } = best;
        const entries = await Promise.all(
          runner.evaluate(
            Array.from({ length: REPLICATES }, (_, replicate) => ({
              ...about,
              betas,
              replicate,
              metrics: [METRIC] as const,
            })),
          ),
        );
        const rows = entries.map((entry) => entry!.distances[METRIC]!);
        return { strategy, seed, nfe: reading, trials: count, score, heldout: meanOverReplicates(rows), betas };
      }),
    );
  } finally {
    await runner.settle();
    await study.journal.close();
    await pool.close();
    await rm(folder, { recursive: true });
  }
}

const all: Reading[] = [];
for (const strategy of values.strategies.split(',') as StrategyName[]) {
  for (const seed of values.seeds.split(',').map(Number)) {
    all.push(...(await run(strategy, seed)));
    if (!values.json) process.stderr.write(`${strategy}, seed ${seed}\n`);
  }
}
if (values.json) process.stdout.write(`${JSON.stringify(all, null, 2)}\n`);
const mean = (numbers: readonly number[]) => estimate(numbers).mean;
/** By clip, the mean over seeds. */
const byClip = (strategy: string, nfe: number) =>
  meanOverReplicates(all.filter((one) => one.strategy === strategy && one.nfe === nfe).map(({ heldout }) => heldout));
const table = new Table({
  head: ['strategy', ...readings.flatMap((nfe) => [`${nfe} NFE: scoring`, 'held-out', 'worse than the best by'])],
  style: { head: [], border: [] },
});
const strategies = [...new Set(all.map(({ strategy }) => strategy))];
for (const strategy of strategies) {
  table.push([
    strategy,
    ...readings.flatMap((nfe) => {
      const own = byClip(strategy, nfe);
      const best = strategies.map((other) => byClip(other, nfe)).toSorted((a, b) => mean(a) - mean(b))[0]!;
      const { mean: difference, standardError } = pairedDifference(own, best);
      const scores = all.filter((one) => one.strategy === strategy && one.nfe === nfe).map(({ score }) => score);
      return [mean(scores).toFixed(4), mean(own).toFixed(4), `${difference.toFixed(4)} ± ${standardError.toFixed(4)}`];
    }),
  ]);
}
if (!values.json) process.stdout.write(`${table.toString()}\n`);
