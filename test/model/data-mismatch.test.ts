import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/model/config.ts';
import { dataMismatch } from '../../src/model/data-mismatch.ts';

const url = new URL('../fixtures/default-config.json', import.meta.url);
const { data_config: model } = parseConfig(JSON.parse(readFileSync(url, 'utf8')), 'default-config.json');

test('nothing is said of what is the same or not known', () => {
  expect(dataMismatch('the mel', model, model)).toEqual({ refusals: [], warnings: [] });
  expect(dataMismatch('the mel', {}, model)).toEqual({ refusals: [], warnings: [] });
  const floored = { ...model, mel_floor: 1e-5 };
  expect(dataMismatch('the mel', floored, floored)).toEqual({ refusals: [], warnings: [] });
  // Whether there was a floor is not known of settings that are not all there.
  expect(dataMismatch('the mel', { sample_rate: 22050 }, floored)).toEqual({ refusals: [], warnings: [] });
});

test.each([
  ['n_mels', 64, 'the mel was made with n_mels 64 bands; the model has 80 bands'],
  ['hop_length', 256, 'the mel was made with hop_length 256 samples; the model has 300 samples'],
  ['f_min', 0, 'the mel was made with f_min 0 Hz; the model has 80 Hz'],
  ['f_max', 7600, 'the mel was made with f_max 7600 Hz; the model has 8000 Hz'],
] as const)('another %s is refused', (name, value, sentence) => {
  expect(dataMismatch('the mel', { ...model, [name]: value }, model)).toEqual({ refusals: [sentence], warnings: [] });
  expect(dataMismatch('the mel', { [name]: value }, model)).toEqual({ refusals: [sentence], warnings: [] });
});

test.each([
  ['sample_rate', 24000, 'sample_rate 24000 Hz; the model has 22050 Hz'],
  ['n_fft', 2048, 'n_fft 2048 samples; the model has 1024 samples'],
  ['win_length', 800, 'win_length 800 samples; the model has 1024 samples'],
  ['mel_floor', 1e-5, 'mel_floor 0.00001 (silence is -5); the model has no mel_floor (silence is 0)'],
] as const)('of another %s is warned', (name, value, sentence) => {
  const warnings = [`this schedule was made with ${sentence}`];
  expect(dataMismatch('this schedule', { ...model, [name]: value }, model)).toEqual({ refusals: [], warnings });
  expect(dataMismatch('this schedule', { [name]: value }, model)).toEqual({ refusals: [], warnings });
});

test('of no floor is warned where the model has one, and of another one', () => {
  const floored = { ...model, mel_floor: 1e-5 };
  expect(dataMismatch('the mel', model, floored).warnings).toEqual([
    'the mel was made with no mel_floor (silence is 0); the model has mel_floor 0.00001 (silence is -5)',
  ]);
  expect(dataMismatch('the mel', { mel_floor: 2e-4 }, floored).warnings).toEqual([
    'the mel was made with mel_floor 0.0002 (silence is -3.699); the model has mel_floor 0.00001 (silence is -5)',
  ]);
});

test('all that differs is said', () => {
  const { refusals, warnings } = dataMismatch(
    'the mel',
    { sample_rate: 16000, n_mels: 40, hop_length: 160, n_fft: 512 },
    model,
  );
  expect([refusals.length, warnings.length]).toEqual([2, 2]);
});
