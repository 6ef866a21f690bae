import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { search } from '../../src/search/search.ts';
import type { StudySettings } from '../../src/search/settings.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy } from '../../src/search/study.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const wanted = settings({ rungs: [1, 1], budget: 360 });

async function run(folder: string, isCancelled: () => boolean, onTrials?: (trials: number) => void) {
  const strategy = STRATEGIES.random({ steps: 6, seed: 0, baselines: [] });
  const study = await openStudy(folder, wanted, {}, 0);
  return search({
    study,
    strategy,
    baselines: [],
    pool: oraclePool(),
    isCancelled,
    onProgress: ({ trials }) => onTrials?.(trials),
  });
}

async function written(folder: string, other: StudySettings): Promise<number[]> {
  const study = await openStudy(folder, other, {}, 0);
  await study.journal.close();
  return [...study.written].toSorted((a, b) => a - b);
}

async function rows(folder: string) {
  const text = await readFile(join(folder, 'trials.csv'), 'utf8');
  return text.split('\n').slice(1, -1);
}

test('rows that were written stay when a study goes on, and of a larger budget those alone that cannot become others', async () => {
  const folder = await temporaryFolder();
  let isCancelled = false;
  await run(
    folder,
    () => isCancelled,
    (trials) => {
      if (trials >= 40) isCancelled = true;
    },
  );
  const before = await rows(folder);
  const ids = before.map((row) => Number(row.split(',')[0])).toSorted((a, b) => a - b);
  const complete = before.filter((row) => row.includes(',complete,')).map((row) => Number(row.split(',')[0]));
  expect(before.filter((row) => row.includes(',pruned,')).length).toBeGreaterThan(5);
  await appendFile(join(folder, 'trials.csv'), '999,,torn');
  // The order of fields is none of a study.
  const turned = Object.fromEntries(Object.entries(wanted).toReversed()) as unknown as StudySettings;
  expect(await written(folder, { ...turned, range: undefined })).toEqual(ids);
  expect(await rows(folder)).toEqual(before);
  expect(await written(folder, { ...wanted, budget: 720 })).toEqual(complete.toSorted((a, b) => a - b));
});

test('come to the same as those of a search that nobody stopped', async () => {
  const [stopped, whole] = [await temporaryFolder(), await temporaryFolder()];
  let asked = 0;
  expect(await run(stopped, () => ++asked > 150)).toBeUndefined();
  await run(stopped, () => false);
  await run(whole, () => false);
  expect((await rows(stopped)).toSorted()).toEqual((await rows(whole)).toSorted());
});
