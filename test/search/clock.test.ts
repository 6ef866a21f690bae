import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { timeNow } from '../../src/formats/time-now.ts';
import { baselines as baselinesFor } from '../../src/search/baselines.ts';
import { readEvidence } from '../../src/search/evidence.ts';
import { readJournal } from '../../src/search/journal.ts';
import { search } from '../../src/search/search.ts';
import { STRATEGIES } from '../../src/search/strategies/index.ts';
import { openStudy } from '../../src/search/study.ts';
import type { Job } from '../../src/search/worker.ts';
import { oraclePool, settings, temporaryFolder } from './fake-study.ts';

const DAY = 86_400_000;

afterEach(() => {
  vi.useRealTimers();
});

async function run(folder: string, log: (job: Job) => void = () => {}, isCancelled = () => false) {
  const wanted = settings();
  const baselines = await baselinesFor(6);
  const strategy = STRATEGIES.random({ ...wanted, range: undefined, shorter: undefined, baselines });
  const study = await openStudy(folder, wanted, {}, timeNow());
  return search({ study, strategy, baselines, pool: oraclePool(log), isCancelled });
}

/** Moves the system's clock, and nothing that only counts on. */
function setClock(milliseconds: number): void {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
}

it.each([-3 * DAY, 3 * DAY])(
  'a clock that is set by %i ms during a search changes no time of its journal',
  async (by) => {
    const folder = await temporaryFolder();
    const begun = performance.now();
    let count = 0;
    const result = await run(folder, () => {
      if (++count === 9) setClock(by);
    });
    const seconds = (performance.now() - begun) / 1000;
    expect(result!.outcome.seconds).toBeLessThanOrEqual(seconds);
    const journal = await readJournal(join(folder, 'journal.jsonl'));
    expect(journal.seconds).toBeGreaterThanOrEqual(0);
    expect(journal.seconds).toBeLessThanOrEqual(seconds + 0.002);
    const times = journal.evaluations.flatMap(({ start, end }) => [start, end]);
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
  },
);

it('goes on with a study whose last session began, by the clock, after its evaluations ended', async () => {
  const folder = await temporaryFolder();
  let count = 0;
  await run(
    folder,
    () => count++,
    () => count >= 9,
  );
  const path = join(folder, 'journal.jsonl');
  const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
  const changed = lines.map((line) => {
    const entry = JSON.parse(line);
    return JSON.stringify(entry.type === 'session' ? { ...entry, start: entry.start + DAY } : entry);
  });
  await writeFile(path, `${changed.join('\n')}\n`);
  const before = await readJournal(path);
  expect(before.evaluations).toHaveLength(9);
  expect(before.seconds).toBe(0);
  expect(before.sessions[0]!.end).toBe(before.sessions[0]!.start);

  const result = await run(folder);
  expect(result!.trials).toHaveLength(20);
  expect(result!.outcome.seconds).toBeGreaterThanOrEqual(0);
  const { spans, resumed } = await readEvidence(folder);
  expect([...resumed, ...spans.flatMap(({ start, end }) => [start, end])].every((second) => second >= 0)).toBe(true);
});

it('opens a journal whose sessions lie in the wrong order', async () => {
  const folder = await temporaryFolder();
  await run(folder);
  const path = join(folder, 'journal.jsonl');
  const { seconds } = await readJournal(path);
  await appendFile(path, `${JSON.stringify({ type: 'session', start: 0 })}\n`);
  expect((await readJournal(path)).seconds).toBe(seconds);
});
