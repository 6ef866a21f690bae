import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { METRIC_NAMES, type MetricName } from '../../src/audio/distances/index.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { type Outcome, readBest } from '../../src/search/outcome.ts';
import { checkSavable, saveToModel } from '../../src/search/save-to-model.ts';
import type { Estimate } from '../../src/search/statistics.ts';
import { settings } from './fake-study.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'save-to-model-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const study = settings({ steps: 2, clamp: 'state', precision: 'float32' });

function found(mean: number, betas = [0.1, 0.2 + mean / 100]): Outcome {
  const heldout = { mean, standardError: 0.01 };
  const metrics = Object.fromEntries(METRIC_NAMES.map((name) => [name, heldout])) as Record<MetricName, Estimate>;
  const nfe = { search: 4, verification: 2 };
  const judged = { name: 'found-2', betas, score: mean, heldout, metrics };
  return { trial: 1, ...judged, finalists: [], comparisons: [], nfe, budget: 4, seconds: 1 };
}

/** The held-out score of each schedule in the folder, by name. */
async function saved(): Promise<Record<string, number>> {
  const names = readdirSync(join(folder, 'schedules')).toSorted();
  const scores = names.map(async (name) => {
    const best = await readBest(join(folder, 'schedules', name)).catch(() => undefined);
    return [name, best?.outcome.heldout.mean ?? Number.NaN] as const;
  });
  return Object.fromEntries(await Promise.all(scores));
}

test('is what best-N of the model means, with clamp, precision, clips and score', async () => {
  const { path, remark } = await saveToModel(folder, study, found(0.5));
  expect(remark).toBe(`Saved to the model as best-2: ${path}`);
  expect(path).toBe(join(folder, 'schedules', 'best-2.json'));
  const schedule = await loadSchedule('best-2', { model: folder });
  expect(schedule).toMatchObject({ name: 'best-2', clamp: 'state', betas: found(0.5).betas });
  expect(await readBest(path)).toMatchObject({
    outcome: { heldout: { mean: 0.5 } },
    study: { precision: 'float32', clamp: 'state', heldoutClips: study.heldoutClips },
  });
});

test('a better one takes the name, and the older one keeps another', async () => {
  await saveToModel(folder, study, found(0.5));
  const { remark, path } = await saveToModel(folder, study, found(0.4));
  expect(remark).toBe(`Saved to the model as best-2; the one that was there is best-2-2 now: ${path}`);
  expect(await saved()).toEqual({ 'best-2.json': 0.4, 'best-2-2.json': 0.5 });
});

test('a worse one on the same held-out clips takes the next name', async () => {
  await saveToModel(folder, study, found(0.4));
  const { path, remark } = await saveToModel(folder, study, found(0.5));
  expect(remark).toBe(
    `Saved to the model as best-2-2, since its best-2 scores 0.4000 on the same held-out clips and this one 0.5000: ${path}`,
  );
  expect(path).toBe(join(folder, 'schedules', 'best-2-2.json'));
  await saveToModel(folder, study, found(0.45));
  expect(await saved()).toEqual({ 'best-2.json': 0.4, 'best-2-2.json': 0.5, 'best-2-3.json': 0.45 });
});

test('on other clips scores say nothing about each other, so the newer one takes the name', async () => {
  await saveToModel(folder, study, found(0.4));
  await saveToModel(folder, { ...study, heldoutClips: [{ name: 'c', hash: 'other' }] }, found(0.5));
  expect(await saved()).toEqual({ 'best-2.json': 0.5, 'best-2-2.json': 0.4 });
});

test('one that was judged on less sound does not take the name', async () => {
  await saveToModel(folder, study, found(0.5));
  const { remark } = await saveToModel(folder, { ...study, clipSamples: 2190 }, found(0.4));
  // 21,900 and 2,190 samples at 22,050 Hz.
  expect(remark).toContain('since its best-2 was judged on 1.0 s of speech and this one on 0.1 s: ');
  expect(await saved()).toEqual({ 'best-2.json': 0.5, 'best-2-2.json': 0.4 });
});

test("this package's own folder of presets is no model's", async () => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await expect(checkSavable(root)).rejects.toThrow(/schedules: expected a model in a folder of its own/);
  await expect(loadSchedule('lmnt-7', { model: root })).rejects.toThrow(
    /a schedule of .* \(it has none\) or a preset: /,
  );
});

test('the same schedule is saved once, whatever its name', async () => {
  const otherClips = { ...study, heldoutClips: [{ name: 'c', hash: 'other' }] };
  await saveToModel(folder, study, found(0.4));
  await saveToModel(folder, study, found(0.5));
  for (const ground of [study, otherClips]) {
    const { path, remark } = await saveToModel(folder, ground, found(0.5));
    expect(remark).toBe(`The model has this schedule already, as best-2-2: ${path}`);
    expect(path).toBe(join(folder, 'schedules', 'best-2-2.json'));
  }
  expect(await saved()).toEqual({ 'best-2.json': 0.4, 'best-2-2.json': 0.5 });
});

test('what was found with another clamp or precision is another schedule, and not compared', async () => {
  await saveToModel(folder, study, found(0.4));
  await saveToModel(folder, { ...study, clamp: 'none' }, found(0.4));
  await saveToModel(folder, { ...study, precision: 'float64' }, found(0.5));
  expect(await saved()).toEqual({ 'best-2.json': 0.5, 'best-2-2.json': 0.4, 'best-2-3.json': 0.4 });
});

test('a best-N that was made by hand is kept', async () => {
  await saveToModel(folder, study, found(0.5));
  const path = join(folder, 'schedules', 'best-2.json');
  writeFileSync(path, '[0.1, 0.3]');
  await saveToModel(folder, study, found(0.5));
  expect(readFileSync(join(folder, 'schedules', 'best-2-2.json'), 'utf8')).toBe('[0.1, 0.3]');
  expect((await saved())['best-2.json']).toBe(0.5);
});

test('a folder that cannot be written to is one sentence', async () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  await expect(saveToModel(file, study, found(0.5))).rejects.toThrow(InputError);
  await expect(saveToModel(file, study, found(0.5))).rejects.toThrow(/schedules: the schedule cannot be saved here: /);
  await expect(checkSavable(file)).rejects.toThrow(/schedules: the schedule cannot be saved here: /);
  await checkSavable(folder);
  expect(readdirSync(join(folder, 'schedules'))).toEqual([]);
});
