import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { openSearchPool, planSearch } from '../../src/search/plan.ts';

const MODEL = fileURLToPath(new URL('../fixtures/reference-tiny/checkpoint.pt', import.meta.url));
const { TMPDIR } = process.env;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'search-pool-'));
  mkdirSync(join(folder, 'temporary'));
});
afterEach(() => {
  if (TMPDIR === undefined) delete process.env.TMPDIR;
  else process.env.TMPDIR = TMPDIR;
});
afterAll(() => rmSync(folder, { recursive: true }));

/** What pools leave; tsx, which runs the workers from source, has a folder of its own. */
const leftIn = (temporary: string) => readdirSync(temporary).filter((name) => !name.startsWith('tsx-'));

const planTiny = (model = MODEL) =>
  planSearch({
    steps: 2,
    model,
    config: fileURLToPath(new URL('../fixtures/reference-tiny/config.json', import.meta.url)),
    clipCount: 2,
    clipSeconds: 0.1,
    strategy: 'presets',
    from: [],
    stride: 1,
    replicates: 1,
    race: false,
    metric: 'log-mel-l1',
    clamp: 'x0',
    precision: 'float64',
    seed: 0,
    device: 'cpu',
    version: '0.0.0',
  });

/** The distances of a schedule, by a pool whose temporary files would go there. */
async function distancesWith(temporary: string): Promise<unknown> {
  process.env.TMPDIR = temporary;
  const { pool, secondsPerNfe } = await openSearchPool(await planTiny(), 2);
  expect(secondsPerNfe).toBeGreaterThan(0);
  const about = { kind: 'evaluation', set: 'scoring', purpose: 'scoring', replicate: 0 } as const;
  const answer = await pool.run({ kind: 'jobs', jobs: [{ ...about, betas: [1e-4, 0.5], metrics: ['log-mel-l1'] }] });
  await pool.close();
  if (answer.kind !== 'jobs' || answer.results[0]?.kind !== 'evaluation') throw new Error(`got ${answer.kind}`);
  return answer.results[0].distances;
}

test('workers share a network whose files are gone again by then', async () => {
  const there = join(folder, 'temporary');
  const distances = await distancesWith(there);
  expect(leftIn(there)).toEqual([]);
  // Where there is no room for temporary files each worker loads the network by itself, with the same result.
  expect(await distancesWith(join(folder, 'nowhere'))).toEqual(distances);
});

test('a model that cannot be loaded is one sentence, and leaves nothing behind', async () => {
  const there = join(folder, 'temporary');
  process.env.TMPDIR = there;
  const model = join(folder, 'text.pt');
  writeFileSync(model, 'no checkpoint');
  const plan = await planTiny(model);
  await expect(openSearchPool(plan, 1)).rejects.toThrow(`${model}: `);
  expect(leftIn(there)).toEqual([]);
});
