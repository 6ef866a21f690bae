import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { METRIC_NAMES } from '../../src/audio/distances/index.ts';
import { readEvidence } from '../../src/search/evidence.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'study-'));
});
afterEach(() => rm(folder, { recursive: true }));

const write = (lines: readonly object[]) =>
  writeFile(join(folder, 'journal.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

/** Every metric has these distances by clip. */
const heard = (phase: string, values: readonly number[], rest: object) => ({
  type: 'evaluation',
  phase,
  betas: [0.1],
  replicate: 0,
  distances: Object.fromEntries(METRIC_NAMES.map((metric) => [metric, values])),
  nfe: 1,
  seconds: 1,
  ...rest,
});

it('says what workers did, in seconds of the study, with sessions one after the other', async () => {
  await write([
    { type: 'journal', format: 1 },
    { type: 'session', start: 1_000 },
    heard('search', [1, 2], { trial: 1, origin: 'a', worker: 7, start: 2_000, end: 3_000 }),
    { type: 'clean-error', sigma: 1, errors: [1], nfe: 1, seconds: 1, worker: 4, start: 1_000, end: 2_500 },
    // A day later, for one second; threads have other numbers.
    { type: 'session', start: 86_400_000 },
    heard('ranking', [1, 2], { worker: 2, start: 86_400_500, end: 86_401_000 }),
  ]);
  const { spans, resumed } = await readEvidence(folder);
  expect(resumed).toEqual([2]);
  expect(spans).toEqual([
    { worker: 0, occupation: 'clean errors', start: 0, end: 1.5, count: 1 },
    { worker: 1, occupation: 'search', start: 1, end: 2, count: 1 },
    { worker: 0, occupation: 'verification', start: 2.5, end: 3, count: 1 },
  ]);
});

it('gives the distances of the verification by clip, means over draws', async () => {
  const when = { worker: 1, start: 0, end: 1 };
  await write([
    { type: 'journal', format: 1 },
    { type: 'session', start: 0 },
    heard('ranking', [9, 9], when),
    heard('verification', [1, 2], when),
    heard('verification', [2, 4], { ...when, replicate: 1 }),
    heard('verification', [5, 6], { ...when, betas: [0.2] }),
  ]);
  const { byClip } = await readEvidence(folder);
  expect(byClip.map(({ betas, distances }) => [betas, distances['log-mel-l1']])).toEqual([
    [[0.1], [1.5, 3]],
    [[0.2], [5, 6]],
  ]);
});

it('has nothing to say of a folder without a journal', async () => {
  expect(await readEvidence(folder)).toEqual({ spans: [], resumed: [], byClip: [], listening: undefined });
});
