import { appendFile, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baselines as baselinesFor } from '../../src/search/baselines.ts';
import { readJournal } from '../../src/search/journal.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { search } from '../../src/search/search.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Job } from '../../src/search/worker.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const REASON = 'Worker terminated due to reaching memory limit: JS heap out of memory';

async function run(folder: string, changes: Partial<StudySettings> = {}, log: (job: Job) => void = () => {}) {
  const wanted = settings(changes);
  const baselines = await baselinesFor(wanted.steps);
  const strategy = STRATEGIES.random({ ...wanted, range: undefined, shorter: undefined, baselines });
  const study = await openStudy(folder, wanted, {}, 0);
  return search({ study, strategy, baselines, pool: oraclePool(log) });
}

const csv = (folder: string) => readFile(join(folder, 'trials.csv'), 'utf8');

/** The betas of a trial of the undisturbed search. */
async function betasOf(id: number, changes: Partial<StudySettings> = {}): Promise<string> {
  const { trials } = (await run(await temporaryFolder(), changes))!;
  return trials[id - 1]!.betas.join();
}

const isScoring = (job: Job, betas: string) =>
  job.kind === 'evaluation' && job.purpose === 'scoring' && job.betas.join() === betas;

/** Fails whenever a schedule is heard on the scoring clips. */
function failingFor(betas: string): (job: Job) => void {
  return (job) => {
    if (isScoring(job, betas)) throw new Error(REASON);
  };
}

describe.each<[string, Partial<StudySettings>]>([
  ['all clips at once', {}],
  ['a race', { rungs: [1, 1], budget: 240 }],
  ['two draws of noise', { replicates: 2, budget: 240 }],
])('with %s', (_, changes) => {
  it('a worker that fails once costs a retry, and the search comes to the same', async () => {
    const whole = await temporaryFolder();
    await run(whole, changes);
    const betas = await betasOf(8, changes);
    const folder = await temporaryFolder();
    let failed = 0;
    await run(folder, changes, (job) => {
      if (isScoring(job, betas) && failed++ === 0) throw new Error(REASON);
    });
    expect(failed).toBeGreaterThan(1);
    expect(await csv(folder)).toBe(await csv(whole));
    expect((await readJournal(join(folder, 'journal.jsonl'))).failures).toEqual([]);
  });

  it('a trial that fails twice is a failed row with its reason, and all others are as they were', async () => {
    const whole = (await run(await temporaryFolder(), changes))!;
    const folder = await temporaryFolder();
    let tried = 0;
    const betas = whole.trials[7]!.betas.join();
    const found = (await run(folder, changes, (job) => {
      if (!isScoring(job, betas)) return;
      tried++;
      throw new Error(`${REASON}\n   at worker`);
    }))!;
    const { trials } = await readStudy(folder);
    expect(trials[7]).toMatchObject({ id: 8, state: 'failed', score: Number.NaN, reason: `${REASON} at worker` });
    expect(trials[7]!.nfe).toBeGreaterThan(0);
    expect(trials.filter(({ reason }) => reason !== undefined)).toHaveLength(1);
    // The random walk asks no trial what came of it.
    expect(trials.map((trial) => trial.betas)).toEqual(
      whole.trials.slice(0, trials.length).map((trial) => trial.betas),
    );
    expect(found.outcome.nfe.search).toBeLessThanOrEqual(settings(changes).budget);
    const { failures } = await readJournal(join(folder, 'journal.jsonl'));
    expect(failures.length).toBeGreaterThan(0);
    expect(tried).toBe(2 * failures.length);
  });

  it('comes to the same when it is resumed, without trying the failed trial again', async () => {
    const betas = await betasOf(8, changes);
    const folder = await temporaryFolder();
    await run(folder, changes, failingFor(betas));
    const path = join(folder, 'journal.jsonl');
    const before = await csv(folder);
    const text = await readFile(path, 'utf8');
    const afterFailure = text.indexOf('\n', text.indexOf('"type":"failure"')) + 1;
    await truncate(path, afterFailure);
    await appendFile(path, '{"type":"evaluation","phase":"sea');
    let tried = 0;
    await run(folder, changes, (job) => {
      if (isScoring(job, betas) && changes.replicates === undefined) tried++;
    });
    expect(tried).toBe(0);
    const seconds = before.split('\n')[0]!.split(',').indexOf('seconds');
    const without = (all: string) => all.split('\n').map((line) => line.split(',').toSpliced(seconds, 1).join());
    expect(without(await csv(folder))).toEqual(without(before));
  });
});

it('only the guilty one of a run of jobs fails', async () => {
  // Schedules that share their noisiest levels go to one worker in one run.
  const wanted = settings({ steps: 3, values: 3, budget: 81 });
  const baselines = await baselinesFor(3);
  const searched = async (log: (job: Job) => void) => {
    const strategy = STRATEGIES.grid({ ...wanted, range: undefined, shorter: undefined, baselines });
    const study = await openStudy(await temporaryFolder(), { ...wanted, strategy: 'grid' }, {}, 0);
    return (await search({ study, strategy, baselines, pool: oraclePool(log) }))!.trials;
  };
  const all = await searched(() => {});
  const guilty = all[4]!.betas.join();
  const trials = await searched(failingFor(guilty));
  expect(trials.filter(({ state }) => state === 'failed').map(({ id }) => id)).toEqual([5]);
  expect(trials.map(({ betas }) => betas)).toEqual(all.map(({ betas }) => betas));
});

it('leaves out a preset that fails twice', async () => {
  const folder = await temporaryFolder();
  const [first] = await baselinesFor(6);
  const { outcome, trials } = (await run(folder, {}, failingFor(first!.betas.join())))!;
  expect(trials.find(({ origin }) => origin === first!.name)).toMatchObject({ state: 'failed', reason: REASON });
  expect(outcome.comparisons.map(({ name }) => name)).toEqual((await baselinesFor(6)).slice(1).map(({ name }) => name));
});

it('ends with one sentence where the verification fails twice, and goes on from there', async () => {
  const folder = await temporaryFolder();
  const failing = run(folder, {}, (job) => {
    if (job.kind === 'evaluation' && job.purpose === 'ranking') throw new Error('the engine broke');
  });
  await expect(failing).rejects.toThrow(
    `${folder}: an evaluation for the ranking failed twice: the engine broke; what was finished is saved`,
  );
  expect((await run(folder))!.trials).toHaveLength(20);
});

it('ends rather than fail every trial where nothing works any more', async () => {
  const folder = await temporaryFolder();
  const failing = run(folder, {}, () => {
    throw new Error('the device is gone');
  });
  await expect(failing).rejects.toThrow(
    `${folder}: each of 8 evaluations in a row failed twice: the device is gone; what was finished is saved`,
  );
});

it('goes on where many trials fail among others that do not', async () => {
  const changes = { budget: 288 };
  const { trials } = (await run(await temporaryFolder(), changes))!;
  const guilty = new Set(trials.filter(({ id }) => id > 5 && id % 4 === 0).map(({ betas }) => betas.join()));
  expect(guilty.size).toBeGreaterThan(8);
  const result = await run(await temporaryFolder(), changes, (job) => {
    if (job.kind === 'evaluation' && guilty.has(job.betas.join())) throw new Error(REASON);
  });
  expect(result!.trials.filter(({ state }) => state === 'failed')).toHaveLength(guilty.size);
  expect(result!.trials).toHaveLength(trials.length);
});
