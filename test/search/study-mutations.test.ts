import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readJournal } from '../../src/search/journal.ts';
import { readOutcome } from '../../src/search/outcome.ts';
import { readStudy } from '../../src/search/read-study.ts';
import { search } from '../../src/search/search.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy, studyPaths } from '../../src/search/study.ts';
import { survivesMutations } from '../mutations.ts';
import { oraclePool, settings } from './fake-study.ts';

let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'study-mutations-'));
  const study = await openStudy(folder, settings({ steps: 3, budget: 24 }), {}, 0);
  const strategy = STRATEGIES.random({ steps: 3, seed: 0, baselines: [] });
  await search({ study, strategy, baselines: [], pool: oraclePool() });
});
afterAll(() => rmSync(folder, { recursive: true }));

test.each([
  ['study.json', () => readStudy(folder)],
  ['trials.csv', () => readStudy(folder)],
  ['best.json', () => readOutcome(studyPaths(folder).best)],
  ['journal.jsonl', () => readJournal(studyPaths(folder).journal)],
])('%s, damaged in 2,000 ways, is read or refused in one sentence', async (name, read) => {
  const path = join(folder, name);
  const original = readFileSync(path);
  const refused = await survivesMutations([original], (bytes) => {
    writeFileSync(path, bytes);
    return read();
  });
  writeFileSync(path, original);
  expect(refused).toBeGreaterThan(500);
});
