import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { parseConfig, type WaveGradConfig } from '../../src/model/config.ts';
import { checkpointFolder } from '../../src/training/checkpoints.ts';
import { openRun } from '../../src/training/run-folder.ts';
import { readJson, tinyConfig } from '../model/tiny.ts';

const CONFIG = parseConfig(readJson(tinyConfig), 'config.json');

let root: string;
let wanted: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'run-folder-'));
  wanted = join(root, 'logs');
});

afterEach(() => rmSync(root, { recursive: true }));

/** A run whose last checkpoint, of several, was made with this config. */
function earlierRun(config: WaveGradConfig = CONFIG): void {
  for (const [step, made] of [
    [1, {}],
    [20, config],
  ] as const) {
    mkdirSync(checkpointFolder(wanted, step), { recursive: true });
    writeFileSync(join(checkpointFolder(wanted, step), 'config.json'), JSON.stringify(made));
  }
}

const training = (fields: Record<string, unknown>): WaveGradConfig => ({
  ...CONFIG,
  training_config: { ...CONFIG.training_config, ...fields },
});

const opened = (config: WaveGradConfig = CONFIG, fresh = false) => openRun(wanted, config, 'new.json', { fresh });

test('a folder that is not there, or has no checkpoint, is taken', async () => {
  expect(await opened()).toBe(wanted);
  mkdirSync(join(wanted, 'checkpoints', '.5.tmp'), { recursive: true });
  expect(await opened()).toBe(wanted);
});

test('a run with the same config goes on, though its own config was not written yet', async () => {
  earlierRun();
  expect(await opened()).toBe(wanted);
});

test('what a config leaves out is as in the reference', async () => {
  const { seed: _, batch_size: __, ...rest } = CONFIG.training_config!;
  earlierRun({ ...CONFIG, training_config: rest });
  expect(await opened(training({ batch_size: 96, seed: 0, lr_schedule: 'epoch' }))).toBe(wanted);
});

test.each([
  { logdir: 'elsewhere' },
  { continue_training: true },
  { train_filelist_path: 'other.txt' },
  { test_filelist_path: 'other.txt' },
  { n_epoch: 5 },
  { n_samples_to_test: 1 },
  { test_interval: 7 },
  { keep_checkpoints: 9 },
  { test_noise_schedule: { n_iter: 6, betas_range: [1e-4, 0.1] } },
  { a_field_of_the_future: 1 },
])('%j may be other than it was', async (fields) => {
  earlierRun();
  expect(await opened(training(fields))).toBe(wanted);
});

describe('a run of another config is refused by the first difference', () => {
  const refusal = async (config: WaveGradConfig) => {
    const error = await opened(config).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };
  const sentence = (field: string, before: string, now: string) =>
    `${wanted}: this run was made with ${field} ${before}, but new.json has ${now}; ` +
    '--logdir names another folder, --fresh begins another run beside this one';

  beforeEach(() => earlierRun());

  test.each([
    ['batch_size', 96, 8],
    ['segment_length', 7200, 3600],
    ['lr', 0.001, 0.01],
    ['grad_clip_threshold', 1, 2],
    ['scheduler_step_size', 1, 2],
    ['scheduler_gamma', 0.9, 0.5],
    ['loss', 'l1', 'l2'],
    ['lr_schedule', 'epoch', 'constant'],
    ['warmup_steps', 0, 10],
    ['ema_decay', 0, 0.99],
    ['accumulation_steps', 1, 2],
    ['seed', 0, 1],
  ])('training_config.%s', async (field, before, now) => {
    const message = sentence(`training_config.${field}`, JSON.stringify(before), JSON.stringify(now));
    expect(await refusal(training({ [field]: now }))).toBe(message);
  });

  test('a noise schedule, with all of it', async () => {
    const config = training({ training_noise_schedule: { n_iter: 500, betas_range: [1e-6, 1e-2] } });
    const field = 'training_config.training_noise_schedule';
    expect(await refusal(config)).toContain(`${field} {"nIter":1000,"betasRange":[0.000001,0.01]}, but new.json has`);
  });

  test('the network and the front end', async () => {
    const model = { ...CONFIG.model_config, upsampling_preconv_out_channels: 32 };
    const preconv = sentence('model_config.upsampling_preconv_out_channels', '24', '32');
    expect(await refusal({ ...CONFIG, model_config: model })).toBe(preconv);
    const floored = { ...CONFIG.data_config, mel_floor: 1e-5 };
    const floor = sentence('data_config.mel_floor', 'null', '0.00001');
    expect(await refusal({ ...CONFIG, data_config: floored })).toBe(floor);
  });
});

test('a checkpoint without a config is refused by its path', async () => {
  mkdirSync(checkpointFolder(wanted, 3), { recursive: true });
  await expect(opened()).rejects.toThrow(
    new InputError(
      `${join(checkpointFolder(wanted, 3), 'config.json')}: the config cannot be read: there is no such file`,
    ),
  );
});

test('a file in the way is refused', async () => {
  writeFileSync(wanted, '');
  await expect(opened()).rejects.toThrow(new InputError(`${wanted}: expected a folder for the run, got a file`));
});

test('a fresh run gets the first name that is free', async () => {
  expect(await opened(CONFIG, true)).toBe(wanted);
  earlierRun();
  expect(await opened(CONFIG, true)).toBe(`${wanted}-2`);
  mkdirSync(`${wanted}-2`);
  writeFileSync(`${wanted}-3`, '');
  mkdirSync(`${wanted}-5`);
  expect(await opened(training({ seed: 1 }), true)).toBe(`${wanted}-4`);
});
