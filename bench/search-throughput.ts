/**
 * How much faster two workers search than one, and what part of a worker's time goes outside the network.
 *
 *   node --import tsx bench/search-throughput.ts [--rounds 5] [--trials 4] [--json]
 *
 * Trials of the demo, alternately on a pool of one worker and a pool of two, each with one thread. Ratios hold on a shared machine; absolute times do not.
 */
import { parseArgs } from 'node:util';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import type { EvaluationPool } from '../src/search/runner.ts';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    trials: { type: 'string', default: '4' },
    json: { type: 'boolean', default: false },
  },
});
const trialsPerWorker = Number(values.trials);

const plan = await planSearch({
  steps: 6,
  clipSeconds: 1,
  clipCount: 6,
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
let made = 0;

/** With a noisiest level of its own, so that no worker has any of it. */
function anotherSchedule(): number[] {
  const { betas } = plan.baselines[0]!;
  return [...betas.slice(0, -1), betas.at(-1)! * (1 - 1e-6 * made++)];
}

/** NFE a second of the pool, and the part of its workers' time that was not spent in the network. */
async function measure(pool: EvaluationPool): Promise<{ rate: number; outside: number }> {
  const begin = performance.now();
  const results = await Promise.all(
    Array.from({ length: trialsPerWorker * pool.workers }, () => {
      const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
      return pool.run({ kind: 'jobs', jobs: [{ ...about, betas: anotherSchedule(), metrics: ['log-mel-l1'] }] });
    }),
  );
  const seconds = (performance.now() - begin) / 1000;
  const evaluations = results.map((result) => {
    const [evaluation] = result.kind === 'jobs' ? result.results : [];
    if (evaluation?.kind !== 'evaluation') throw new Error(`an evaluation was expected, got ${result.kind}`);
    return evaluation;
  });
  const network = evaluations.reduce((sum, { networkSeconds }) => sum + networkSeconds, 0);
  const nfe = evaluations.reduce((sum, evaluation) => sum + evaluation.nfe, 0);
  return { rate: nfe / seconds, outside: 1 - network / (seconds * pool.workers) };
}

const { pool: one } = await openSearchPool(plan, 1);
const { pool: two } = await openSearchPool(plan, 2);
// The first trial of a worker also draws the noise that later ones find.
for (const pool of [one, two]) {
  await measure(pool);
}
const rounds = [];
for (let round = 0; round < Number(values.rounds); round++) {
  const alone = await measure(one);
  const both = await measure(two);
  rounds.push({ alone, both, ratio: both.rate / alone.rate });
}
await Promise.all([one.close(), two.close()]);

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)]!;
const result = {
  ratio: median(rounds.map(({ ratio }) => ratio)),
  outsideOne: median(rounds.map(({ alone }) => alone.outside)),
  outsideTwo: median(rounds.map(({ both }) => both.outside)),
};
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const lines = [
  'round  1 worker, NFE/s  2 workers, NFE/s  ratio  outside the network: 1, 2 workers',
  ...rounds.map(({ alone, both, ratio }, i) =>
    [
      i + 1,
      alone.rate.toFixed(2),
      both.rate.toFixed(2),
      ratio.toFixed(3),
      percent(alone.outside),
      percent(both.outside),
    ].join('\t'),
  ),
  `median ratio ${result.ratio.toFixed(3)}; outside the network ${percent(result.outsideOne)} and ${percent(result.outsideTwo)}`,
];
process.stdout.write(values.json ? `${JSON.stringify({ ...result, rounds })}\n` : `${lines.join('\n')}\n`);
