import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { listPresets, loadPreset, loadSchedule, presetFor } from '../../src/schedule/file.ts';
import { referenceSchedules } from './fixtures.ts';

test.each(Object.entries(referenceSchedules))('%s is the shipped schedule, under its licence', async (name, betas) => {
  const preset = await loadPreset(name);
  expect(preset.betas).toEqual(betas);
  expect(preset.clamp).toBe('x0');
  expect(preset.source).toContain('BSD-3-Clause, see LICENSE-ivanvovk-WaveGrad');
  expect(existsSync(new URL('../../schedules/LICENSE-ivanvovk-WaveGrad', import.meta.url))).toBe(true);
});

// As posted by their authors: lmnt-com/wavegrad, FastDiff (arXiv 2204.09934), DiffWave (2009.09761), PriorGrad (2106.06406).
test.each([
  ['lmnt-6', 'state', [4.47739327e-6, 4.47739327e-5, 9.49513587e-4, 9.49513587e-3, 9.49513587e-2, 4.47739327e-1]],
  ['fastdiff-3', 'none', [9e-5, 9e-3, 0.6]],
  ['fastdiff-4', 'none', [3.2176e-4, 2.5743e-3, 2.5376e-2, 0.70414]],
  ['fastdiff-6', 'none', [1.7838e-6, 2.7984e-5, 4.3231e-4, 6.6343e-3, 9.357e-2, 0.6]],
  ['fastdiff-8', 'none', [6.6893e-7, 1.00339e-5, 1.54969e-4, 2.387222e-3, 3.559763e-2, 0.36811584, 0.47354144, 0.5]],
  ['diffwave-6', 'state', [1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5]],
  ['priorgrad-12', 'state', [1e-4, 5e-4, 8e-4, 1e-3, 5e-3, 8e-3, 1e-2, 5e-2, 8e-2, 0.1, 0.2, 0.5]],
])('%s is the published schedule', async (name, clamp, betas) => {
  const preset = await loadPreset(name);
  expect(preset.betas).toEqual(betas);
  expect(preset.clamp).toBe(clamp);
});

test('every preset says where it comes from, and no two have one name', async () => {
  const presets = await listPresets();
  expect(presets.length).toBeGreaterThanOrEqual(14);
  for (const { source } of presets) expect(source).toMatch(/https:\/\//);
  expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
});

test('the list goes by number of steps, the reference first among equals', async () => {
  const names = (await listPresets()).map(({ name }) => name);
  expect(names.slice(0, 4)).toEqual(['fastdiff-3', 'fastdiff-4', 'ivanvovk-6', 'diffwave-6']);
  expect(names.at(-1)).toBe('ivanvovk-1000');
});

test.each([
  [6, 'ivanvovk-6'],
  [8, 'fastdiff-8'],
])('the preset for %d steps is %s', async (steps, name) => {
  expect((await presetFor(steps)).name).toBe(name);
});

test('a number of steps without a preset lists those that have one', async () => {
  await expect(presetFor(5)).rejects.toThrow(
    new InputError('presets: expected a number of steps among 3, 4, 6, 7, 8, 12, 25, 50, 100, 1000, got 5'),
  );
});

test('loadSchedule takes a preset name', async () => {
  expect(await loadSchedule('lmnt-6')).toEqual(await loadPreset('lmnt-6'));
});

test.each(['ivanvovk-8', ''])('the unknown name "%s" lists the presets', async (name) => {
  await expect(loadPreset(name)).rejects.toThrow(/expected a path .* or a preset: diffwave-6, .*, priorgrad-12$/);
});
