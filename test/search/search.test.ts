import { appendFile, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baselines as baselinesFor } from '../../src/search/baselines.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import { search } from '../../src/search/search.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import { STRATEGIES, type StrategyName } from '../../src/search/strategies/index.ts';
import type { Strategy } from '../../src/search/strategies/strategy.ts';
import { openStudy } from '../../src/search/study.ts';
import { verificationCost } from '../../src/search/verification.ts';
import type { Job } from '../../src/search/worker.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

interface Run {
  readonly folder: string;
  readonly changes?: Partial<StudySettings>;
  readonly log?: (job: Job) => void;
  readonly isCancelled?: () => boolean;
}

async function run({ folder, changes, log, isCancelled }: Run) {
  const wanted = settings(changes);
  const baselines = await baselinesFor(wanted.steps);
  const strategy = STRATEGIES[wanted.strategy as StrategyName]({
    ...wanted,
    range: undefined,
    shorter: undefined,
    baselines,
  });
  const study = await openStudy(folder, wanted, {}, 0);
  return search({ study, strategy, baselines, pool: oraclePool(log), isCancelled });
}

const csv = (folder: string) => readFile(join(folder, 'trials.csv'), 'utf8');

describe('search', () => {
  it('tries the baselines first, uses its budget and no more, and never tries a schedule twice', async () => {
    const folder = await temporaryFolder();
    const tried: string[] = [];
    const result = await run({
      folder,
      log: (job) => job.kind === 'evaluation' && job.purpose === 'scoring' && tried.push(job.betas.join()),
    });
    expect(result!.trials.slice(0, 5).map((trial) => trial.origin)).toEqual([
      'ivanvovk-6',
      'diffwave-6',
      'fastdiff-6',
      'lmnt-6',
      'fibonacci-6',
    ]);
    expect(result!.trials).toHaveLength(20);
    expect(result!.outcome.nfe.search).toBe(120);
    expect(new Set(tried).size).toBe(tried.length);
  });

  it('hears the first candidates to the end one after the other where there is nothing yet to race against', async () => {
    const asked: string[] = [];
    const result = await run({
      folder: await temporaryFolder(),
      changes: { rungs: [1, 1] },
      log: (job) => {
        if (job.kind === 'evaluation' && asked.length < 4) asked.push(`${job.betas.join()} of clip ${job.clips?.[0]}`);
      },
    });
    const [first, second] = result!.trials.map(({ betas }) => betas.join());
    expect(asked).toEqual([first, second].flatMap((betas) => [`${betas} of clip 0`, `${betas} of clip 1`]));
    expect(result!.trials.slice(0, 5).map(({ state }) => state)).toEqual(Array(5).fill('complete'));
  });

  it('charges every replicate', async () => {
    const result = await run({ folder: await temporaryFolder(), changes: { replicates: 2 } });
    expect(result!.trials).toHaveLength(10);
    expect(result!.trials.every((trial) => trial.nfe === 12)).toBe(true);
  });

  it('finds the best of the oracle it can, verifies it, and says by how much it beats each baseline', async () => {
    const { outcome } = (await run({ folder: await temporaryFolder(), changes: { budget: 600 } }))!;
    // The shipped schedule scores 3.78 dB (the design's oracle table).
    const shipped = outcome.comparisons.find(({ name }) => name === 'ivanvovk-6')!;
    expect(shipped.score).toBeCloseTo(3.78, 2);
    expect(outcome.score).toBeLessThan(3.34);
    expect(shipped.difference.mean).toBeCloseTo(shipped.heldout.mean - outcome.heldout.mean, 12);
    expect(outcome.finalists[0]!.trial).toBe(outcome.trial);
    expect(outcome.finalists).toHaveLength(5);
  });

  it('verifies the runner-up of the ranking with the noise that judges the winner', async () => {
    const heard: string[] = [];
    const log = (job: Job) =>
      job.kind === 'evaluation' && job.purpose === 'verification' && heard.push(`${job.replicate} ${job.betas.join()}`);
    const { outcome } = (await run({ folder: await temporaryFolder(), changes: { budget: 600 }, log }))!;
    const { runnerUp, finalists, comparisons } = outcome;
    const { trial, name, betas, score } = finalists[1]!;
    expect(runnerUp).toMatchObject({ trial, name, betas, score });
    // The oracle's clips differ by as much for all schedules, so that pairing leaves no noise.
    expect(runnerUp!.difference.mean).toBeCloseTo(runnerUp!.heldout.mean - outcome.heldout.mean, 12);
    expect(runnerUp!.difference.standardError).toBeCloseTo(0, 12);
    const verified = [outcome.betas, betas, ...comparisons.map((baseline) => baseline.betas)];
    const wanted = verified.flatMap((each) => [0, 1, 2, 3].map((replicate) => `${replicate} ${each.join()}`));
    expect(heard.toSorted()).toEqual(wanted.toSorted());
  });

  it('hears a runner-up that is a baseline once, and says of both the same', async () => {
    const heard: string[] = [];
    const log = (job: Job) =>
      job.kind === 'evaluation' && job.purpose === 'verification' && heard.push(job.betas.join());
    const changes = { strategy: 'presets' } as const;
    const { outcome } = (await run({ folder: await temporaryFolder(), changes, log }))!;
    const { trial: _, ...runnerUp } = outcome.runnerUp!;
    expect(outcome.comparisons).toContainEqual(runnerUp);
    // Five baselines, the winner and the runner-up among them, with four draws each.
    expect(heard).toHaveLength(5 * 4);
  });

  it('has no runner-up where there is one finalist', async () => {
    const changes = { strategy: 'presets', budget: 6 } as const;
    const { outcome } = (await run({ folder: await temporaryFolder(), changes }))!;
    expect(outcome.finalists).toHaveLength(1);
    expect(outcome.runnerUp).toBeUndefined();
    expect(outcome.comparisons).toHaveLength(5);
  });

  it('costs to verify what was announced, or less where a baseline is a finalist', async () => {
    const { outcome } = (await run({ folder: await temporaryFolder(), changes: { budget: 600 } }))!;
    // Five finalists twice; winner, runner-up and five baselines, which the search has tried, four times: 6 · (5 · 2 + 7 · 4).
    expect(outcome.nfe.verification).toBe(228);
    const known = { steps: 6, replicates: 1, baselines: 5 };
    expect(verificationCost({ ...known, untried: 0 })).toBe(228);
    expect(verificationCost(known)).toBe(228 + 6 * 5);
    // One finalist twice; it and five baselines four times.
    expect(verificationCost({ ...known, untried: 0, finalists: 1 })).toBe(6 * (2 + 6 * 4));
  });

  it('takes a schedule that was heard again with more draws for one, by its better founded score', async () => {
    const wanted = settings();
    const baselines = await baselinesFor(6);
    const candidates = baselines.map(({ betas, name }) => ({ betas, origin: name }));
    const strategy: Strategy = {
      async run({ evaluate }) {
        await evaluate(candidates);
        await evaluate(candidates, 2);
      },
    };
    const study = await openStudy(await temporaryFolder(), wanted, {}, 0);
    // The second draw of noise is worse by 0.5 for all.
    const result = await search({
      study,
      strategy,
      baselines,
      pool: oraclePool(undefined, ({ purpose, replicate }, distances) =>
        distances.map((distance) => (purpose === 'scoring' && replicate === 1 ? distance + 0.5 : distance)),
      ),
    });
    const { outcome, trials } = result!;
    expect(trials.map(({ id, draws }) => [id, draws])).toEqual(
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((id) => [id, id <= 5 ? 1 : 2]),
    );
    expect(outcome.finalists.map(({ trial }) => trial).toSorted((a, b) => a - b)).toEqual([6, 7, 8, 9, 10]);
    for (const [i, { score }] of outcome.comparisons.entries()) {
      expect(score).toBe(trials[i + 5]!.score);
      expect(score).toBeCloseTo(trials[i]!.score + 0.25, 12);
    }
  });

  it('goes on where it was cancelled, makes nothing twice, and ends with the same trials', async () => {
    const whole = await temporaryFolder();
    await run({ folder: whole });
    const folder = await temporaryFolder();
    const made: string[] = [];
    const log = (job: Job) =>
      job.kind === 'evaluation' && made.push(`${job.purpose} ${job.replicate} ${job.betas.join()}`);
    const results = [];
    for (const limit of [3, 11, 25, 47, Number.POSITIVE_INFINITY]) {
      results.push(await run({ folder, log, isCancelled: () => made.length >= limit }));
    }
    expect(results.map((result) => result !== undefined)).toEqual([false, false, false, false, true]);
    expect(made.filter((key, i) => made.indexOf(key) !== i)).toEqual([]);
    expect(await csv(folder)).toBe(await csv(whole));
  });

  it('bears a journal whose last line is torn, and makes that evaluation again', async () => {
    const whole = await temporaryFolder();
    await run({ folder: whole });
    const folder = await temporaryFolder();
    let count = 0;
    await run({ folder, log: () => count++, isCancelled: () => count >= 9 });
    const journal = join(folder, 'journal.jsonl');
    const { length } = await readFile(journal);
    await truncate(journal, length - 20);
    await run({ folder });
    expect(await csv(folder)).toBe(await csv(whole));
  });

  it('keeps in trials.csv what is in the journal when a resumed search is stopped before it begins', async () => {
    const folder = await temporaryFolder();
    await run({ folder });
    const before = await csv(folder);
    await run({ folder, changes: { budget: 180 }, isCancelled: () => true });
    expect(await csv(folder)).toBe(before);
  });

  it('refuses a second search of the same study, until the first has ended', async () => {
    const folder = await temporaryFolder();
    const first = await openStudy(folder, settings(), {}, 0);
    await expect(run({ folder })).rejects.toThrow(`${folder}: another search is writing this study (process `);
    await first.journal.close();
    expect((await run({ folder }))!.trials).toHaveLength(20);
    expect(await readdir(folder)).not.toContain('study.lock');
  });

  it('leaves no lock behind where a study cannot be opened', async () => {
    const folder = await temporaryFolder();
    await run({ folder });
    await appendFile(join(folder, 'journal.jsonl'), 'no line\n');
    await expect(run({ folder })).rejects.toThrow('journal.jsonl: line');
    expect(await readdir(folder)).not.toContain('study.lock');
  });

  it('refuses a journal without the study it is of', async () => {
    const folder = await temporaryFolder();
    await run({ folder });
    await rm(join(folder, 'study.json'));
    await expect(run({ folder, changes: { seed: 5 } })).rejects.toThrow('there is a journal but no study.json');
  });

  it.each([
    ['seed', { seed: 5 }],
    ['checkpoint', { checkpoint: { name: 'model.safetensors', hash: 'other' } }],
    ['config', { config: { name: 'config.json', hash: 'other' } }],
    ['scoringClips', { scoringClips: [{ name: 'a', hash: 'other' }] }],
    ['clamp', { clamp: 'none' }],
  ] as const)('refuses a folder made with another %s, and names it', async (key, changes) => {
    const folder = await temporaryFolder();
    await run({ folder });
    const changed = { ...changes } as Partial<StudySettings>;
    await expect(run({ folder, changes: changed })).rejects.toThrow(`this study was made with ${key} `);
  });

  it('knows a model by its content, not by its name', async () => {
    const folder = await temporaryFolder();
    await run({ folder });
    const again = await run({ folder, changes: { checkpoint: { name: 'renamed.safetensors', hash: 'c0' } } });
    expect(again!.nfeMade).toBe(0);
  });

  it('ends with the error where a row cannot be written', async () => {
    const wanted = settings();
    const baselines = await baselinesFor(6);
    const strategy = STRATEGIES.random({ ...wanted, range: undefined, shorter: undefined, baselines });
    const study = await openStudy(await temporaryFolder(), wanted, {}, 0);
    const addTrial = () => Promise.reject(new Error('no space left'));
    const searching = search({ study: { ...study, addTrial }, strategy, baselines, pool: oraclePool() });
    await expect(searching).rejects.toThrow('no space left');
  });

  it('ranks a finalist that blows up on held-out clips last', async () => {
    const wanted = settings({ budget: 600 });
    const baselines = await baselinesFor(6);
    const folder = await temporaryFolder();
    const { outcome: usual } = (await run({ folder, changes: { budget: 600 } }))!;
    const winner = usual.betas.join();
    const study = await openStudy(await temporaryFolder(), wanted, {}, 0);
    const breaks = ({ set, betas }: EvaluationTask) => set === 'heldout' && betas.join() === winner;
    const result = await search({
      study,
      strategy: STRATEGIES.random({ ...wanted, range: undefined, shorter: undefined, baselines }),
      baselines,
      pool: oraclePool(undefined, (job, distances) => (breaks(job) ? [Number.NaN, 1] : distances)),
    });
    expect(result!.outcome.trial).not.toBe(usual.trial);
    expect(result!.outcome.finalists.at(-1)!.trial).toBe(usual.trial);
  });

  it('says which line of a journal does not fit', async () => {
    const folder = await temporaryFolder();
    await run({ folder });
    await appendFile(join(folder, 'journal.jsonl'), '{"type":"evaluation","phase":"lunch"}\n');
    await expect(run({ folder })).rejects.toThrow(/journal\.jsonl: line \d+: phase: /);
  });

  it('goes on with a larger budget, with the same trials before it', async () => {
    const folder = await temporaryFolder();
    const first = await run({ folder });
    let made = 0;
    const second = await run({
      folder,
      changes: { budget: 180 },
      log: (job) => {
        if (job.kind === 'evaluation' && job.purpose === 'scoring') made++;
      },
    });
    expect(second!.trials.slice(0, 20)).toEqual(first!.trials);
    expect(made).toBe(10);
  });

  it('records a schedule that blows up as a failed trial with no score, which cannot win', async () => {
    const folder = await temporaryFolder();
    const wanted = settings({ strategy: 'presets' });
    const baselines = await baselinesFor(6);
    const study = await openStudy(folder, wanted, {}, 0);
    const result = await search({
      study,
      strategy: STRATEGIES.presets({ ...wanted, range: undefined, shorter: undefined, baselines }),
      baselines,
      pool: oraclePool(undefined, ({ betas }, distances) => (betas[0] === 1e-4 ? [Number.NaN, 1] : distances)),
    });
    expect(result!.trials.find(({ origin }) => origin === 'diffwave-6')!.state).toBe('failed');
    expect(await csv(folder)).toContain('diffwave-6,failed,,,1,6,');
    expect(result!.outcome.finalists.map(({ name }) => name)).not.toContain('diffwave-6');
  });
});
