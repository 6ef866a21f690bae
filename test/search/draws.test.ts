import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import { createRunner } from '../../src/search/runner.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import type { StrategyContext } from '../../src/search/strategies/strategy.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Candidate, Trial } from '../../src/search/trial.ts';
import { runTrials } from '../../src/search/trials.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const CLIPS = 6;
const SIX = Array.from({ length: CLIPS }, (_, i) => ({ name: `clip ${i}`, hash: `${i}` }));

/** Three steps whose score is 10 s on every clip with the first draw of noise, and 1 more with each further draw. */
function candidate(s: number): Candidate {
  return { betas: NoiseSchedule.fromSigmas([1e-3, 0.05, s]).betas, origin: 'test' };
}

function distances({ betas, replicate }: EvaluationTask): number[] {
  const s = NoiseSchedule.fromBetas(betas).sigmas[2]!;
  return Array.from({ length: CLIPS }, (_, clip) => 10 * s + replicate + 0.001 * clip);
}

interface Run {
  readonly folder: string;
  readonly changes?: Partial<StudySettings>;
  readonly log?: (job: EvaluationTask) => void;
  readonly strategy: (context: StrategyContext) => Promise<void>;
}

async function run({ folder, changes, log = () => {}, strategy }: Run) {
  const wanted = settings({ steps: 3, budget: 1000, scoringClips: SIX, ...changes });
  const study = await openStudy(folder, wanted, {}, 0);
  const pool = oraclePool((job) => job.kind === 'evaluation' && log(job), distances);
  const runner = createRunner(study, pool, () => false);
  const found = await runTrials(study, { run: strategy }, runner, () => {});
  await study.writeTrials(found.trials);
  await runner.settle();
  await study.journal.close();
  return found;
}

const about = ({ id, state, score, draws, nfe }: Trial) => ({ id, state, score, draws, nfe });

describe('a candidate that is heard with more draws of noise', () => {
  it('is another trial, scored by all of them and charged for those that it was not heard with', async () => {
    const heard: string[] = [];
    const { trials, nfe } = await run({
      folder: await temporaryFolder(),
      log: ({ replicate, betas }) => heard.push(`${replicate} ${betas.length}`),
      strategy: async ({ evaluate, left }) => {
        await evaluate([candidate(0.5)]);
        const [again] = await evaluate([candidate(0.5)], 4);
        const before = left();
        expect(await evaluate([candidate(0.5)], 2)).toEqual([again]);
        expect(await evaluate([candidate(0.5)], 4)).toEqual([again]);
        expect(left()).toBe(before);
        // More draws share no evaluation with those before, and candidates with the same noisiest level do in each draw.
        const other = { betas: NoiseSchedule.fromSigmas([2e-3, 0.05, 0.5]).betas, origin: 'test' };
        await evaluate([other], 4);
      },
    });
    expect(trials.map(about)).toEqual([
      { id: 1, state: 'complete', score: expect.closeTo(5.0025, 6), draws: 1, nfe: 3 },
      { id: 2, state: 'complete', score: expect.closeTo(5.0025 + 1.5, 6), draws: 4, nfe: 9 },
      { id: 3, state: 'complete', score: expect.closeTo(5.0025 + 1.5, 6), draws: 4, nfe: 4 },
    ]);
    expect(nfe).toBe(16);
    expect(heard).toHaveLength(8);
  });

  it('races, with as many draws, against those that were heard with as many', async () => {
    const { trials } = await run({
      folder: await temporaryFolder(),
      changes: { rungs: [1, 2, 3] },
      strategy: async ({ evaluate }) => {
        // Without five complete ones there is no race; with fewer draws they do not count.
        await evaluate([0.1, 0.2, 0.3, 0.4, 0.45].map(candidate));
        await evaluate([0.1, 0.11, 0.12, 0.13, 0.14].map(candidate), 2);
        await evaluate([candidate(0.9), candidate(0.09)], 2);
      },
    });
    expect(trials.slice(5).map(({ state, draws }) => `${state} ${draws}`)).toEqual([
      ...Array.from({ length: 5 }, () => 'complete 2'),
      'pruned 2',
      'complete 2',
    ]);
    // One of six clips, three steps, two draws.
    expect(trials[10]!.nfe).toBeCloseTo(1, 12);
    // The incumbent's 1 + 0.5, and ten times the difference in the noisiest σ.
    expect(trials[10]!.score).toBeCloseTo(9 + 0.5 + 0.0025, 6);
  });

  it.each([
    ['racing', [1, 2, 3], 'pruned 1'],
    ['without races', undefined, 'complete 1'],
  ])('gives the same trials.csv from wherever the journal was cut, %s', async (_, rungs, sixth) => {
    const strategy = async ({ evaluate }: StrategyContext) => {
      await evaluate([0.1, 0.2, 0.3, 0.4, 0.45].map(candidate));
      // Loses its race with one draw, where there is one, and is heard to the end with two.
      await evaluate([candidate(0.9)]);
      await evaluate([0.9, 0.1].map(candidate), 2);
    };
    const changes = { rungs };
    const whole = await temporaryFolder();
    const { trials } = await run({ folder: whole, changes, strategy });
    expect(trials.map(({ state, draws }) => `${state} ${draws}`)).toEqual([
      ...Array.from({ length: 5 }, () => 'complete 1'),
      sixth,
      'complete 2',
      'complete 2',
    ]);
    const read = (folder: string, file: string) => readFile(join(folder, file), 'utf8');
    const lines = (await read(whole, 'journal.jsonl')).split('\n').slice(0, -1);
    const csv = await read(whole, 'trials.csv');
    const rows = csv.split('\n');
    for (let cut = 1; cut <= lines.length; cut += 2) {
      const folder = join(await temporaryFolder(), 'cut');
      await mkdir(folder);
      await writeFile(join(folder, 'study.json'), await read(whole, 'study.json'));
      await writeFile(join(folder, 'journal.jsonl'), `${lines.slice(0, cut).join('\n')}\n`);
      await run({
        folder,
        changes,
        strategy: async (context) => {
          // What is written before anything is heard is right, too.
          for (const row of (await read(folder, 'trials.csv')).split('\n')) expect(rows).toContain(row);
          await strategy(context);
        },
      });
      expect(await read(folder, 'trials.csv')).toBe(csv);
    }
  });
});
