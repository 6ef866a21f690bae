import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import type { EvaluationTask } from '../../src/search/evaluator.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { createRunner } from '../../src/search/runner.ts';
import type { StrategyContext } from '../../src/search/strategies/strategy.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Candidate, Trial } from '../../src/search/trial.ts';
import { runTrials } from '../../src/search/trials.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const CLIPS = 6;
const SETTINGS = settings({
  steps: 3,
  budget: 1000,
  rungs: [1, 2, 3],
  coarse: { kind: 'int8', floatRates: 1 },
  scoringClips: Array.from({ length: CLIPS }, (_, i) => ({ name: `clip ${i}`, hash: `${i}` })),
});

/** Three steps whose score is 10 s on every clip. */
function candidate(s: number): Candidate {
  return { betas: NoiseSchedule.fromSigmas([1e-3, 0.05, s]).betas, origin: 'test' };
}

const sOf = ({ betas }: EvaluationTask) => NoiseSchedule.fromBetas(betas).sigmas[2]!;

/** What the coarse network is wrong by. */
type Error = (s: number) => number;

/** By turns 0.01 too much and too little. */
const slight: Error = (s) => (Math.round(100 * s) % 2 === 0 ? 0.01 : -0.01);

interface Run {
  readonly folder: string;
  readonly error?: Error;
  readonly log?: (job: EvaluationTask) => void;
  readonly strategy: (context: StrategyContext) => Promise<void>;
}

async function run({ folder, error = slight, log = () => {}, strategy }: Run) {
  const study = await openStudy(folder, SETTINGS, {}, 0);
  const pool = oraclePool(
    (job) => job.kind === 'evaluation' && log(job),
    (job) => {
      const score = 10 * sOf(job) + (job.coarse ? error(sOf(job)) : 0);
      return Array.from({ length: CLIPS }, (_, clip) => score + job.replicate + 0.001 * clip);
    },
  );
  const runner = createRunner(study, pool, () => false);
  const found = await runTrials(study, { run: strategy }, runner, () => {});
  await study.writeTrials(found.trials);
  await runner.settle();
  await study.journal.close();
  return found;
}

const about = ({ id, state, coarse, nfe }: Trial) =>
  `${id} ${state}${coarse ? ' coarsely' : ''} ${Number(nfe.toFixed(9))}`;

/** Nine schedules that share nothing: the best, and as many others as say how far the networks disagree. */
const NINE = [0.1, 0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18].map(candidate);
/** On one of six clips, three steps in eight bits count as 1.8 in float32. */
const COARSELY = 0.3;

describe('a race that the coarse network begins', () => {
  it('hears candidates by both networks until it knows how far they disagree, and then drops those that lost', async () => {
    const heard: string[] = [];
    const { trials, nfe, coarse } = await run({
      folder: await temporaryFolder(),
      log: (job) => heard.push(`${sOf(job).toFixed(2)} ${job.coarse ? 'coarse' : 'float'} ${job.clips!.join('-')}`),
      strategy: async ({ evaluate }) => {
        await evaluate(NINE.slice(0, 8));
        await evaluate([candidate(0.9)]);
        await evaluate([candidate(0.8), candidate(0.09)]);
      },
    });
    expect(trials.map(about)).toEqual([
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((id) => `${id} complete ${3 + COARSELY}`),
      // Lost in float32, on one clip of six.
      `9 pruned ${0.5 + COARSELY}`,
      `10 pruned coarsely ${COARSELY}`,
      `11 complete ${3 + COARSELY}`,
    ]);
    expect(heard.filter((job) => /0\.90|0\.80/.test(job))).toEqual([
      '0.90 coarse 0-1',
      '0.90 float 0-1',
      '0.80 coarse 0-1',
    ]);
    expect(nfe).toBeCloseTo(9 * 3 + 0.5 + 11 * COARSELY, 9);
    // The errors do not change the order.
    expect(coarse).toEqual({
      dropped: 1,
      nfe: expect.closeTo(11 * COARSELY, 9),
      heardByBoth: 10,
      correlation: expect.closeTo(1, 12),
    });
    // The incumbent's 1, with 0.001 to 0.005 on its other clips, and what it is behind by that network: 7, both errors alike.
    expect(trials[9]!.score).toBeCloseTo(1 + 0.0025 + 7, 9);
  });

  it('drops nothing where the coarse network says little', async () => {
    const { trials, coarse } = await run({
      folder: await temporaryFolder(),
      error: (s) => (Math.round(100 * s) % 2 === 0 ? 9 : -9),
      strategy: async ({ evaluate }) => {
        await evaluate(NINE);
        await evaluate([0.5, 0.81, 0.9].map(candidate));
      },
    });
    expect(coarse!.dropped).toBe(0);
    expect(trials.slice(9).map(about)).toEqual([10, 11, 12].map((id) => `${id} pruned ${0.5 + COARSELY}`));
  });

  it('no longer hears coarsely once that did not pay', async () => {
    const losers = Array.from({ length: 18 }, (_, i) => candidate(0.3 + 0.02 * i));
    const { trials, coarse } = await run({
      folder: await temporaryFolder(),
      error: (s) => (Math.round(100 * s) % 2 === 0 ? 9 : -9),
      strategy: async ({ evaluate }) => {
        await evaluate(NINE);
        // Only at the end of a generation.
        await evaluate(losers.slice(0, 15));
        await evaluate(losers.slice(15, 17));
        await evaluate(losers.slice(17));
      },
    });
    expect(coarse!.dropped).toBe(0);
    expect(trials.slice(24).map(about)).toEqual([
      `25 pruned ${0.5 + COARSELY}`,
      `26 pruned ${0.5 + COARSELY}`,
      '27 pruned 0.5',
    ]);
  });

  it('leaves to float32 what the coarse network makes no number of', async () => {
    const { trials } = await run({
      folder: await temporaryFolder(),
      error: (s) => (s < 0.095 ? Number.NaN : slight(s)),
      strategy: async ({ evaluate }) => {
        await evaluate(NINE);
        await evaluate([candidate(0.09)]);
      },
    });
    expect(about(trials[9]!)).toBe(`10 complete ${3 + COARSELY}`);
  });

  it('hears with more draws of noise by both, and knows only then how far they disagree', async () => {
    const { trials } = await run({
      folder: await temporaryFolder(),
      strategy: async ({ evaluate }) => {
        await evaluate(NINE);
        await evaluate([candidate(0.9)], 2);
        await evaluate(NINE, 2);
        await evaluate([candidate(0.8)], 2);
      },
    });
    expect(about(trials[9]!)).toBe(`10 complete ${2 * (3 + COARSELY)}`);
    // With the second draw.
    expect(about(trials[10]!)).toBe(`11 complete ${3 + COARSELY}`);
    expect(about(trials.at(-1)!)).toBe(`20 pruned coarsely ${2 * COARSELY}`);
  });

  it('gives the same trials.csv from wherever the journal was cut, and makes nothing twice', async () => {
    const strategy = async ({ evaluate }: StrategyContext) => {
      await evaluate(NINE);
      await evaluate([0.9, 0.09, 0.5].map(candidate));
      await evaluate([0.08, 0.09].map(candidate), 2);
    };
    const whole = await temporaryFolder();
    const { trials, coarse } = await run({ folder: whole, strategy });
    expect(coarse!.dropped).toBe(2);
    const read = (folder: string, file: string) => readFile(join(folder, file), 'utf8');
    const lines = (await read(whole, 'journal.jsonl')).split('\n').slice(0, -1);
    const csv = await read(whole, 'trials.csv');
    expect((await readStudy(whole)).trials.map(about)).toEqual(trials.map(about));
    const rows = csv.split('\n');
    for (let cut = 1; cut <= lines.length; cut += 3) {
      const folder = join(await temporaryFolder(), 'cut');
      await mkdir(folder);
      await writeFile(join(folder, 'study.json'), await read(whole, 'study.json'));
      await writeFile(join(folder, 'journal.jsonl'), `${lines.slice(0, cut).join('\n')}\n`);
      const again = await run({
        folder,
        strategy: async (context) => {
          // What is written before anything is heard is right, too.
          for (const row of (await read(folder, 'trials.csv')).split('\n')) expect(rows).toContain(row);
          await strategy(context);
        },
      });
      expect(again.coarse).toEqual(coarse);
      expect(await read(folder, 'trials.csv')).toBe(csv);
      const evaluations = (await read(folder, 'journal.jsonl'))
        .split('\n')
        .filter((line) => line.includes('"evaluation"'));
      expect(evaluations).toHaveLength(lines.filter((line) => line.includes('"evaluation"')).length);
    }
  });
});
