import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { planOn } from '../../src/search/plan.ts';
import { readStudy, type StudyData } from '../../src/search/read-study.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import { search } from '../../src/search/search.ts';
import { defaultBudgets } from '../../src/search/search-many.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Job } from '../../src/search/worker.ts';
import { oraclePool, temporaryFolder } from './fake-study.ts';
import { oracleModel, searchOracle } from './several-studies.ts';

const COUNTS = [4, 5, 6];
const BUDGETS = [300, 150, 180];

/** What the files of a run say, but for the time that it took. */
async function filesOf(folder: string, counts: readonly number[] = COUNTS) {
  const studies = await Promise.all(counts.map((steps) => readStudy(join(folder, String(steps)))));
  const rows = await Promise.all(studies.map((study) => readFile(join(study.folder, 'trials.csv'), 'utf8')));
  return studies.map(({ settings, outcome }, i) => ({ settings, outcome: { ...outcome, seconds: 0 }, rows: rows[i] }));
}

/** Four workers, the one slower than the other. */
function fourWorkers(): EvaluationPool {
  const pools = [0, 1, 2, 3].map(() => oraclePool());
  let next = 0;
  return {
    workers: 4,
    async run(task) {
      const worker = next++ % 4;
      for (let i = 0; i < 3 - worker; i++) await new Promise(setImmediate);
      return pools[worker]!.run(task);
    },
    cancel() {
      for (const pool of pools) pool.cancel();
    },
    async close() {
      await Promise.all(pools.map((pool) => pool.close()));
    },
  };
}

const costOf = ({ outcome }: Pick<StudyData, 'outcome'>) => outcome!.nfe.search + outcome!.nfe.verification;
const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

describe('searchMany', () => {
  it('makes an ordinary study of each number of steps, which begins with the winners of fewer', async () => {
    const folder = await temporaryFolder();
    const found = (await searchOracle({ folder, counts: COUNTS, budgets: BUDGETS }))!;
    const studies = await Promise.all(COUNTS.map((steps) => readStudy(join(folder, String(steps)))));
    expect(studies.map(({ outcome }) => outcome)).toEqual(found.map(({ result }) => result.outcome));
    expect(studies.map(({ settings }) => [settings.steps, settings.budget])).toEqual([
      [4, 300],
      [5, 150],
      [6, 180],
    ]);
    const winners = studies.map(({ outcome }) => ({ name: outcome!.name, betas: outcome!.betas }));
    expect(studies.map(({ settings }) => settings.shorter)).toEqual([
      undefined,
      winners.slice(0, 1),
      winners.slice(0, 2),
    ]);
    // The first begins with the baselines.
    expect(studies.map(({ trials }) => trials[0]!.origin)).toEqual(['fastdiff-4', 'auto', 'auto']);
  });

  it('gives the same with one worker and with four', async () => {
    const [one, four] = [await temporaryFolder(), await temporaryFolder()];
    await searchOracle({ folder: one, counts: COUNTS, budgets: BUDGETS });
    await searchOracle({ folder: four, counts: COUNTS, budgets: BUDGETS, pool: fourWorkers() });
    expect(await filesOf(four)).toEqual(await filesOf(one));
  });

  // In the search for 4, for 5 and for 6 steps.
  it.each([100, 280, 400])('stopped after %i evaluations goes on to the same, and makes none twice', async (most) => {
    const [whole, stopped] = [await temporaryFolder(), await temporaryFolder()];
    const all: Job[] = [];
    const made: Job[] = [];
    const run = { counts: COUNTS, budgets: BUDGETS };
    await searchOracle({ ...run, folder: whole, pool: oraclePool((job) => all.push(job)) });
    const isCancelled = () => made.length >= most;
    const pool = oraclePool((job) => made.push(job));
    expect(await searchOracle({ ...run, folder: stopped, pool, isCancelled })).toBeUndefined();
    const before = made.length;
    expect(before).toBeLessThan(all.length);
    const rest = oraclePool((job) => made.push(job));
    expect(await searchOracle({ ...run, folder: stopped, pool: rest, resume: true })).toHaveLength(3);
    expect(await filesOf(stopped)).toEqual(await filesOf(whole));
    expect(made).toHaveLength(all.length);
  });

  it('measures the table of errors once, for the first', async () => {
    const sigmas: number[] = [];
    const pool = oraclePool((job) => job.kind === 'clean-error' && sigmas.push(job.sigma));
    const after: number[] = [];
    const onProgress = ({ steps }: { readonly steps: number }) => steps === 4 && after.push(sigmas.length);
    const folder = await temporaryFolder();
    const found = (await searchOracle({
      folder,
      counts: COUNTS,
      budgets: BUDGETS,
      pool,
      onProgress,
    }))!;
    expect(sigmas.length).toBeGreaterThan(0);
    expect(new Set(sigmas).size).toBe(sigmas.length);
    expect(after.at(-1)).toBe(sigmas.length);
    const studies = await Promise.all(COUNTS.map((steps) => readStudy(join(folder, String(steps)))));
    const charged = studies.map(({ trials }, i) => {
      return Math.round(found[i]!.result.outcome.nfe.search - sum(trials.map(({ nfe }) => nfe)));
    });
    expect(charged).toEqual([sigmas.length, 0, 0]);
    expect(studies.some(({ trials }) => trials.some(({ origin }) => origin === 'elbo'))).toBe(true);
  });

  it('from 4 to 12 steps costs less than three searches of their own, of the fewest, the most and those between', async () => {
    const counts = [4, 5, 6, 7, 8, 9, 10, 11, 12];
    const found = (await searchOracle({ folder: await temporaryFolder(), counts }))!;
    const model = oracleModel();
    const own = await Promise.all(
      [4, 8, 12].map(async (steps) => {
        const { plan } = found.find((one) => one.plan.settings.steps === steps)!;
        const { metric, version } = plan.settings;
        const common = { clipSeconds: 1, clipCount: 2, stride: 1, replicates: 1, race: true, device: 'cpu' } as const;
        const about = { steps, strategy: 'auto', metric, version, clamp: 'x0', precision: 'float64', seed: 0 } as const;
        const { settings, strategy, baselines } = await planOn(model, { ...common, ...about });
        const study = await openStudy(await temporaryFolder(), settings, {}, 0);
        return (await search({ study, strategy, baselines, pool: oraclePool() }))!;
      }),
    );
    expect(sum(found.map(({ result }) => costOf(result)))).toBeLessThan(sum(own.map(costOf)));
  });

  it('says how far it is, of the whole run, and ends at no more than was planned', async () => {
    const seen: { readonly steps: number; readonly nfe: number; readonly nfePlanned: number }[] = [];
    const run = { folder: await temporaryFolder(), counts: COUNTS, budgets: BUDGETS };
    await searchOracle({ ...run, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ steps }) => steps)).toEqual(seen.map(({ steps }) => steps).toSorted((a, b) => a - b));
    expect(seen.every(({ nfe }, i) => i === 0 || nfe >= seen[i - 1]!.nfe - 1e-6)).toBe(true);
    expect(seen.every(({ nfe, nfePlanned }) => nfe <= nfePlanned + 1e-6)).toBe(true);
    // Twice two finalists and the best two, and each baseline three times: of 4, 5 and 6 steps there are 2, 1 and 5.
    const verification = [4 * (8 + 3 * 2), 5 * (8 + 3), 6 * (8 + 3 * 5)];
    expect(seen[0]!.nfePlanned).toBe(sum(BUDGETS) + sum(verification));
  });

  it('goes on with larger budgets from what each began with', async () => {
    const folder = await temporaryFolder();
    await searchOracle({ folder, counts: COUNTS, budgets: BUDGETS });
    const before = await filesOf(folder);
    // Other than the first time, the winner of four steps is another now.
    const found = (await searchOracle({ folder, counts: COUNTS, budgets: [900, 300, 360] }))!;
    const after = await filesOf(folder);
    expect(after[0]!.outcome.betas).not.toEqual(before[0]!.outcome.betas);
    expect(after.map(({ settings }) => settings.shorter)).toEqual(before.map(({ settings }) => settings.shorter));
    for (const [i, { result }] of found.entries()) expect(result.outcome.budget).toBe([900, 300, 360][i]);
  });

  it.each([
    ['random', [2, 3]],
    ['auto', [1, 3]],
  ] as const)('%s has nothing from others where %j steps say nothing', async (strategy, counts) => {
    const folder = await temporaryFolder();
    await searchOracle({ folder, counts, strategy, budgets: [60, 90] });
    const { settings } = await readStudy(join(folder, '3'));
    expect(settings.shorter).toBeUndefined();
  });

  it('refuses what cannot be searched before anything is begun, and to resume where there is nothing', async () => {
    const folder = await temporaryFolder();
    await expect(searchOracle({ folder, counts: [6, 30], strategy: 'presets' })).rejects.toThrow(
      'presets: there is no published schedule of 30 steps to try',
    );
    await expect(searchOracle({ folder, counts: COUNTS, resume: true })).rejects.toThrow(
      `${join(folder, '4')}: there is no study to resume here`,
    );
    expect(await readStudy(join(folder, '6')).catch((error: Error) => error.message)).toContain('no study.json');
  });
});

it.each([
  ['auto', [4, 6, 12], [130 * 4, 30 * 6, 30 * 12]],
  ['auto', [1, 2, 3], [130, 130 * 2, 30 * 3]],
  ['coordinate', [4, 6], [130 * 4, 130 * 6]],
] as const)('%s searches of %j steps may spend %j NFE', (strategy, counts, budgets) => {
  expect(defaultBudgets(counts, { strategy, replicates: 1 })).toEqual(budgets);
  expect(defaultBudgets(counts, { strategy, replicates: 2 })).toEqual(budgets.map((budget) => 2 * budget));
});
