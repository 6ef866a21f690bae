import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { lowestOf, onFront, readFront, worseBy } from '../../src/search/front.ts';
import type { EvaluationPool } from '../../src/search/runner.ts';
import { studiesByLength } from '../../src/search/studies-by-length.ts';
import { oracleScore } from '../schedule/oracle.ts';
import { oraclePool, temporaryFolder } from './fake-study.ts';
import { oracleModel, searchOracle } from './several-studies.ts';

/** Half a second for each step, for both clips together; `worse` is added to a schedule's second clip. */
function slowPool(worse = 0): EvaluationPool {
  const pool = oraclePool(undefined, ({ set }, [first, second]) => [first!, second! + (set === 'heldout' ? worse : 0)]);
  return {
    ...pool,
    async run(task) {
      const answer = await pool.run(task);
      if (answer.kind !== 'jobs') return answer;
      const results = answer.results.map((result) => ({ ...result, seconds: result.nfe / 2 }));
      return { ...answer, results };
    },
  };
}

let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder();
  await searchOracle({ folder, counts: [2, 3, 10], budgets: [60, 60, 200], pool: slowPool(0.5) });
});

describe('readFront', () => {
  it('gives the best of each number of steps, from the fewest, with its clips and its time', async () => {
    const { points, unfinished } = await readFront(folder);
    expect(points.map(({ study }) => study.settings.steps)).toEqual([2, 3, 10]);
    expect(unfinished).toEqual([]);
    for (const { outcome, byClip, realTimeFactor } of points) {
      // The fake's clips lie 0.1 below and above the oracle's score.
      const score = oracleScore(outcome.betas);
      expect(byClip[0]).toBeCloseTo(score - 0.1, 12);
      expect(byClip[1]).toBeCloseTo(score + 0.1 + 0.5, 12);
      expect((byClip[0]! + byClip[1]!) / 2).toBeCloseTo(outcome.heldout.mean, 12);
      // Two clips of 21900 samples at 22050 Hz.
      expect(realTimeFactor).toBeCloseTo(outcome.betas.length / 2 / ((2 * 21900) / 22050), 12);
    }
  });

  it('gives those that are asked for', async () => {
    const { points } = await readFront(folder, [3, 10]);
    expect(points.map(({ study }) => study.settings.steps)).toEqual([3, 10]);
  });

  it('leaves out what is not finished, and says so; where nothing is finished it is an error', async () => {
    const half = await temporaryFolder();
    await searchOracle({ folder: half, counts: [2, 3, 4], budgets: [60, 60, 60] });
    await mkdir(join(half, '5'));
    await writeFile(join(half, 'notes.txt'), 'not a study');
    for (const steps of [3, 4]) await rm(join(half, String(steps), 'best.json'));
    const { points, unfinished } = await readFront(half);
    expect(points.map(({ study }) => study.settings.steps)).toEqual([2]);
    expect(unfinished).toEqual([3, 4]);
    await rm(join(half, '2', 'best.json'));
    await expect(readFront(half)).rejects.toThrow(
      `${half}: studies of several numbers of steps were expected, but there is no finished one`,
    );
  });

  it('refuses studies that cannot be compared, and names the difference', async () => {
    const mixed = await temporaryFolder();
    await searchOracle({ folder: mixed, counts: [2], budgets: [60] });
    const [first] = oracleModel().settings.heldoutClips;
    await searchOracle({ folder: mixed, counts: [3], budgets: [60], model: oracleModel({ heldoutClips: [first!] }) });
    await expect(readFront(mixed)).rejects.toThrow(
      `${mixed}: studies of one run were expected, but those of 2 and of 3 steps differ in heldoutClips`,
    );
  });

  it('compares files by what they hold, not by their names', async () => {
    const renamed = await temporaryFolder();
    await searchOracle({ folder: renamed, counts: [2, 3], budgets: [60, 60] });
    const path = join(renamed, '3', 'study.json');
    const text = await readFile(path, 'utf8');
    expect(text).toContain('"model.safetensors"');
    await writeFile(path, text.replace('model.safetensors', 'moved.safetensors'));
    expect((await readFront(renamed)).points).toHaveLength(2);
  });
});

it('studies are found by number of steps', async () => {
  expect(await studiesByLength(folder)).toEqual([2, 3, 10].map((steps) => join(folder, String(steps))));
  expect(await studiesByLength(join(folder, '2'))).toEqual([]);
  expect(await studiesByLength(join(folder, 'nowhere'))).toEqual([]);
});

it('the front is what scores lower than all of fewer steps, and the lowest is its end', async () => {
  const { points } = await readFront(folder);
  const at = (...means: number[]) =>
    means.map((mean) => {
      const { outcome, ...rest } = points[0]!;
      return { ...rest, outcome: { ...outcome, heldout: { mean, standardError: 0.1 } }, byClip: [mean, mean] };
    });
  const means = (front: typeof points) => front.map(({ outcome }) => outcome.heldout.mean);
  expect(means(onFront(at(3, 3, 2, 2.5, 1)))).toEqual([3, 2, 1]);
  expect(means(onFront(at(Number.NaN, 3, Number.NaN, 2)))).toEqual([3, 2]);
  expect(means(onFront(at(1, 2)))).toEqual([1]);
  expect(lowestOf(at(3, 1, 2))!.outcome.heldout.mean).toBe(1);
  expect(lowestOf(at(Number.NaN))).toBeUndefined();
  const [three, one] = at(3, 1);
  expect(worseBy(three!, one!)).toEqual({ mean: 2, standardError: 0 });
});
