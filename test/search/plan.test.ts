import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { REFERENCE_TRAINING } from '../../src/schedule/diagnostics.ts';
import { planSearch, type SearchRequest } from '../../src/search/plan.ts';
import { readJson, tinyCheckpoint, tinyConfig } from '../model/tiny.ts';

const folder = mkdtempSync(join(tmpdir(), 'wavegrad-plan-'));
const checkpoint = join(folder, 'checkpoint.pt');
const configPath = join(folder, 'config.json');

afterAll(() => rmSync(folder, { recursive: true }));
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
  copyFileSync(tinyCheckpoint, checkpoint);
});

const REQUEST: SearchRequest = {
  steps: 6,
  model: folder,
  clipSeconds: 0.1,
  clipCount: 1,
  strategy: 'presets',
  stride: 1,
  replicates: 1,
  race: false,
  metric: 'log-mel-l1',
  clamp: 'x0',
  precision: 'float64',
  seed: 0,
  device: 'cpu',
  version: '0.0.0',
};

function writeConfig(training_noise_schedule: unknown): void {
  const config = { ...(readJson(tinyConfig) as object), training_config: { training_noise_schedule } };
  writeFileSync(configPath, JSON.stringify(config));
}

/** Not those on the demo's clips, whose rate is below the tiny network's. */
const onConfig = (remarks: readonly string[]) => remarks.filter((remark) => remark.startsWith(configPath));

test('the trained range is that of the config', async () => {
  writeConfig({ n_iter: 3, betas_range: [0.1, 0.3] });
  const { trained, remarks } = await planSearch(REQUEST);
  // ᾱ_3 = 0.9 · 0.8 · 0.7.
  expect(trained.terminalLevel).toBeCloseTo(Math.sqrt(0.504), 12);
  expect(onConfig(remarks)).toEqual([]);
});

test.each([
  [{ n_iter: 200_000 }, '.n_iter: Too big: expected number to be <=100000, got 200000'],
  [{ betas_range: ['1e-6', '1e-2'] }, '.betas_range.0: Invalid input: expected number, received string'],
  [null, ': Invalid input: expected object, received null'],
])('a training schedule of %j stops no search, but is remarked on', async (schedule, sentence) => {
  writeConfig(schedule);
  const { trained, remarks } = await planSearch(REQUEST);
  expect(trained).toEqual(REFERENCE_TRAINING);
  expect(onConfig(remarks)).toEqual([
    `${configPath}: training_config.training_noise_schedule${sentence}; the reference's range is used`,
  ]);
});

test('a model without a config says what to do', async () => {
  await expect(planSearch(REQUEST)).rejects.toThrow(
    new InputError(
      `${checkpoint}: expected the config.json of its training beside it, but there is none; --config says where it is`,
    ),
  );
  expect((await planSearch({ ...REQUEST, config: tinyConfig })).settings.steps).toBe(6);
});
