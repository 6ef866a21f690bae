/**
 * The strategies beside each other on a real model: what each search has found after so many NFE, with its distances on held-out clips from
 * noise that chose nothing. bench/strategies-render.ts makes tables and a plot of it; bench/strategies.md says what was measured.
 *
 *   node --import tsx bench/strategies.ts --model FOLDER --clips LIST --heldout LIST --out RESULTS.jsonl [--config FILE] [--iters 6]
 *     [--strategies auto,random] [--seeds 0,1,2] [--nfe 300,1000,3000] [--clip-count 4] [--heldout-count 12] [--heldout-draws 4]
 *     [--clip-seconds 0.33] [--jobs 2] [--no-race]
 *   node --import tsx bench/strategies.ts … --study FOLDER
 *
 * Each search, with the largest of `--nfe` as its budget, is added to the file once it is complete, and passed over where it is there
 * already: stopped, the same command goes on. To give each of several budgets a search of its own, call it once with each.
 * With `--study` a study that `schedule-search` made on the same clips, finished or not, is added as it is, under the name of its strategy
 * with `whole` before it; what a strategy asked for beside its trials is not counted there.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { InputError } from '../src/formats/input-error.ts';
import { openSearchPool, planSearch } from '../src/search/plan.ts';
import type { ModelPlan } from '../src/search/plan-model.ts';
import { readStudy } from '../src/search/read-study.ts';
import { createRunner } from '../src/search/runner.ts';
import { estimate } from '../src/search/statistics.ts';
import { STRATEGIES, type StrategyName } from '../src/search/strategies/index.ts';
import { openStudy } from '../src/search/study.ts';
import { runTrials } from '../src/search/trials.ts';
import { drawnAt, type History, historyOf, withAsides, within } from './strategies-curve.ts';
import { openJudge } from './strategies-judge.ts';
import { addResult, openResults, type Result, type Setup } from './strategies-results.ts';

const { values } = parseArgs({
  allowNegative: true,
  options: {
    model: { type: 'string' },
    config: { type: 'string' },
    clips: { type: 'string' },
    heldout: { type: 'string' },
    out: { type: 'string' },
    study: { type: 'string' },
    iters: { type: 'string', default: '6' },
    strategies: { type: 'string', default: Object.keys(STRATEGIES).join() },
    seeds: { type: 'string', default: '0,1,2' },
    nfe: { type: 'string', default: '300,1000,3000' },
    'clip-count': { type: 'string', default: '4' },
    'heldout-count': { type: 'string', default: '12' },
    'heldout-draws': { type: 'string', default: '4' },
    'clip-seconds': { type: 'string', default: '0.33' },
    jobs: { type: 'string', default: '2' },
    race: { type: 'boolean', default: true },
  },
});
const { model, config, clips, heldout, out, study: studyFolder, race } = values;
if (clips === undefined || heldout === undefined || out === undefined)
  throw new Error('--clips, --heldout and --out say what to score on, what to judge on, and where the results go');
const names = values.strategies.split(',').map((name) => {
  if (!(name in STRATEGIES))
    throw new Error(`--strategies: ${Object.keys(STRATEGIES).join(', ')} were expected, got ${name}`);
  return name as StrategyName;
});
const readings = values.nfe.split(',').map(Number);
const common = {
  model,
  config,
  clips,
  heldout,
  clipSeconds: Number(values['clip-seconds']),
  clipCount: Number(values['clip-count']),
  metric: 'log-mel-l1',
  clamp: 'x0',
  precision: 'float64',
  device: 'cpu',
} as const;
const steps = Number(values.iters);
const jobs = Number(values.jobs);
const heldoutDraws = Number(values['heldout-draws']);

/** What the searches of one file have in common. */
function searched({ clamp, precision, checkpoint, config: used, ...rest }: ModelPlan['settings']) {
  const { sampleRate, clipSamples, scoringClips } = rest;
  const models = { clamp, precision, checkpoint: checkpoint.hash, config: used.hash };
  return { ...models, sampleRate, clipSamples, scoringClips: scoringClips.map(({ hash }) => hash) };
}

/** Throws where a search is not of what the others are. */
function refuseAnother(wanted: object, of: object, where: string): void {
  const known = new Map(Object.entries(wanted));
  for (const [key, value] of Object.entries(of)) {
    const [was, is] = [JSON.stringify(known.get(key)), JSON.stringify(value)];
    if (was !== is) throw new InputError(`${where}: ${key} ${was} was expected, as in ${out}, got ${is}`);
  }
}

const judge = await openJudge({ ...common, heldoutCount: Number(values['heldout-count']), draws: heldoutDraws, jobs });
const judged = judge.settings.heldoutClips.map(({ hash }) => hash);
const about = { steps, metric: common.metric, ...searched(judge.settings) };
const setup: Setup = { ...about, race, heldoutClips: judged, heldoutDraws };

/** One search from its beginning to the end of its budget. */
async function search(strategy: StrategyName, seed: number, budget: number): Promise<History> {
  const also = { steps, strategy, seed, budget, race, stride: 1, replicates: 1, version: 'bench' };
  const plan = await planSearch({ ...common, ...also });
  refuseAnother(setup, searched(plan.settings), `seed ${seed}`);
  const { pool } = await openSearchPool(plan, jobs);
  const folder = await mkdtemp(join(tmpdir(), 'bench-strategies-'));
  const study = await openStudy(join(folder, 'study'), plan.settings, {}, Date.now());
  const runner = createRunner(study, pool, () => false);
  const { strategy: noted, asides } = withAsides(plan.strategy);
  try {
    const { trials } = await runTrials(study, noted, runner, () => {});
    return historyOf(trials, asides);
  } finally {
    await runner.settle();
    await study.journal.close();
    await pool.close();
    await rm(folder, { recursive: true });
  }
}

/** Reads a search off, judges what it had found, and adds it to the file. */
async function add(found: Pick<Result, 'strategy' | 'seed' | 'budget'>, history: History, at: readonly number[]) {
  const read = at.flatMap((nfe) => {
    const seen = within(history, nfe);
    return seen === undefined
      ? []
      : [{ nfe, trials: seen.trials, betas: [...seen.best.betas], score: seen.best.score }];
  });
  const drawn = drawnAt(history, found.budget).flatMap((nfe) => {
    const seen = within(history, nfe);
    return seen === undefined ? [] : [{ nfe, betas: seen.best.betas }];
  });
  const distances = await judge.hear([...read, ...drawn].map(({ betas }) => betas));
  const means = distances.slice(read.length).map((byClip) => estimate(byClip).mean);
  const result: Result = {
    ...found,
    nfe: history.nfe,
    trials: history.spent.length,
    curve: history.bests.map(({ nfe, trial }) => [nfe, trial.score]),
    heldoutCurve: drawn.map(({ nfe }, i) => [nfe, means[i]!]),
    readings: read.map((one, i) => ({ ...one, heldout: [...distances[i]!] })),
  };
  await addResult(out!, result);
  const shown = result.readings.map(
    ({ nfe, score, heldout: byClip }) => `${nfe} NFE ${score.toFixed(4)}, held-out ${estimate(byClip).mean.toFixed(4)}`,
  );
  process.stderr.write(`${found.strategy}, seed ${found.seed}: ${shown.join('; ')}\n`);
}

try {
  const known = await openResults(out, setup);
  const isKnown = (strategy: string, seed: number, budget: number) =>
    known.some((one) => one.strategy === strategy && one.seed === seed && one.budget === budget);
  if (studyFolder !== undefined) {
    const { settings, trials } = await readStudy(studyFolder);
    const { metric, steps: stepsOfStudy } = settings;
    refuseAnother(setup, { metric, steps: stepsOfStudy, ...searched(settings) }, studyFolder);
    const history = historyOf(trials);
    const { nfe } = history;
    const found = { strategy: `whole ${settings.strategy}`, seed: settings.seed, budget: nfe };
    const at = [...readings.filter((reading) => reading < nfe), nfe];
    if (!isKnown(found.strategy, found.seed, found.budget)) await add(found, history, at);
  } else {
    const budget = Math.max(...readings);
    for (const strategy of names) {
      for (const seed of values.seeds.split(',').map(Number)) {
        if (isKnown(strategy, seed, budget)) continue;
        await add({ strategy, seed, budget }, await search(strategy, seed, budget), readings);
      }
    }
  }
} finally {
  await judge.close();
}
