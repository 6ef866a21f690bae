import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trainingSchedule } from '../../src/diffusion/trained-range.ts';
import { parseJson } from '../../src/formats/json.ts';
import { parseConfig, type WaveGradConfig } from '../../src/model/config.ts';
import { noiseSchedule, parseTraining } from '../../src/training/training-config.ts';
import { refusal } from '../formats/refusal.ts';
import { defaultConfig, readJson, tinyConfig } from '../model/tiny.ts';
import { survivesMutations } from '../mutations.ts';

const reference = readJson(defaultConfig) as WaveGradConfig;
const { model_config, data_config } = reference;

/** The reference's network and mels with a training of one's own. */
const withTraining = (training_config: Record<string, unknown>): WaveGradConfig => ({
  model_config,
  data_config,
  training_config,
});
const parsed = (fields: Record<string, unknown>) => parseTraining(withTraining(fields), 'a/config.json');
const refuse = (fields: Record<string, unknown>) => refusal(() => parsed(fields));

/** configs/default.json of ivanvovk/WaveGrad, as it is read. */
const REFERENCE = {
  logdir: 'logs/default',
  continueTraining: false,
  trainFilelistPath: 'filelists/train.txt',
  testFilelistPath: 'filelists/test.txt',
  batchSize: 96,
  segmentLength: 7200,
  lr: 1e-3,
  gradClipThreshold: 1,
  schedulerStepSize: 1,
  schedulerGamma: 0.9,
  nEpoch: 100_000_000,
  nSamplesToTest: 4,
  testInterval: 1,
  useFp16: true,
  trainingNoiseSchedule: { nIter: 1000, betasRange: [1e-6, 0.01] },
  testNoiseSchedule: { nIter: 50, betasRange: [1e-6, 0.01] },
};

/** What it does not have, switched off. */
const OURS = {
  loss: 'l1',
  lrSchedule: 'epoch',
  finalLr: 0,
  warmupSteps: 0,
  emaDecay: 0,
  accumulationSteps: 1,
  seed: 0,
  keepCheckpoints: 3,
};

describe('parseTraining', () => {
  test.each([defaultConfig, tinyConfig])("reads the reference's %s as it is, without a remark", (path) => {
    const config = parseConfig(readJson(path), path);
    expect(parseTraining(config, path)).toEqual({ training: { ...REFERENCE, ...OURS }, remarks: [] });
  });

  test('takes from the reference what is absent', () => {
    const absent = { training: { ...REFERENCE, ...OURS }, remarks: [] };
    expect(parseTraining({ model_config, data_config }, 'config.json')).toEqual(absent);
    expect(parsed({})).toEqual(absent);
    expect(parsed({ test_noise_schedule: { n_iter: 50 }, training_noise_schedule: {} })).toEqual(absent);
  });

  test('reads each field', () => {
    const { training, remarks } = parsed({
      logdir: 'l',
      continue_training: true,
      train_filelist_path: 'a.txt',
      test_filelist_path: 'b.txt',
      batch_size: 2,
      segment_length: 600,
      lr: 0.5,
      grad_clip_threshold: 3,
      scheduler_step_size: 4,
      scheduler_gamma: 1,
      n_epoch: 5,
      n_samples_to_test: 0,
      test_interval: 6,
      use_fp16: false,
      training_noise_schedule: { n_iter: 7, betas_range: [0.1, 0.2] },
      test_noise_schedule: { n_iter: 8, betas_range: [0.3, 0.4] },
      loss: 'l2',
      lr_schedule: 'cosine',
      total_steps: 9,
      final_lr: 0.25,
      warmup_steps: 9,
      ema_decay: 0.999,
      accumulation_steps: 11,
      seed: 2 ** 53 - 1,
      keep_checkpoints: 12,
    });
    expect(remarks).toEqual([]);
    expect(training).toEqual({
      logdir: 'l',
      continueTraining: true,
      trainFilelistPath: 'a.txt',
      testFilelistPath: 'b.txt',
      batchSize: 2,
      segmentLength: 600,
      lr: 0.5,
      gradClipThreshold: 3,
      schedulerStepSize: 4,
      schedulerGamma: 1,
      nEpoch: 5,
      nSamplesToTest: 0,
      testInterval: 6,
      useFp16: false,
      trainingNoiseSchedule: { nIter: 7, betasRange: [0.1, 0.2] },
      testNoiseSchedule: { nIter: 8, betasRange: [0.3, 0.4] },
      loss: 'l2',
      lrSchedule: 'cosine',
      totalSteps: 9,
      finalLr: 0.25,
      warmupSteps: 9,
      emaDecay: 0.999,
      accumulationSteps: 11,
      seed: 2 ** 53 - 1,
      keepCheckpoints: 12,
    });
    expect(structuredClone(training)).toEqual(training);
  });

  test.each([
    [{ logdir: '' }, 'logdir: Too small: expected string to have >=1 characters, got 0'],
    [{ continue_training: 1 }, 'continue_training: Invalid input: expected boolean, received number'],
    [{ batch_size: 0 }, 'batch_size: Too small: expected number to be >0, got 0'],
    [{ batch_size: 1e5 }, 'batch_size: Too big: expected number to be <=65536, got 100000'],
    [{ segment_length: 7200.5 }, 'segment_length: Invalid input: expected int, received number'],
    [{ segment_length: 2 ** 30 }, 'segment_length: Too big: expected number to be <=16777216, got 1073741824'],
    [{ lr: 0 }, 'lr: Too small: expected number to be >0, got 0'],
    [{ lr: '1e-3' }, 'lr: Invalid input: expected number, received string'],
    [{ grad_clip_threshold: -1 }, 'grad_clip_threshold: Too small: expected number to be >0, got -1'],
    [{ scheduler_gamma: 1.1 }, 'scheduler_gamma: Too big: expected number to be <=1, got 1.1'],
    [{ n_samples_to_test: -1 }, 'n_samples_to_test: Too small: expected number to be >=0, got -1'],
    [{ loss: 'mse' }, 'loss: expected l1, l2, got "mse"'],
    [{ lr_schedule: null }, 'lr_schedule: expected epoch, constant, cosine, got null'],
    [{ ema_decay: 1 }, 'ema_decay: Too big: expected number to be <1, got 1'],
    [{ seed: 2 ** 53 }, 'seed: Too big: expected int to be <=9007199254740991, got 9007199254740992'],
    [
      { test_noise_schedule: { n_iter: 1e6 } },
      'test_noise_schedule.n_iter: Too big: expected number to be <=100000, got 1000000',
    ],
    [
      { test_noise_schedule: { betas_range: [0, 0.1] } },
      'test_noise_schedule.betas_range.0: Too small: expected number to be >0, got 0',
    ],
    [{ training_noise_schedule: [] }, 'training_noise_schedule: Invalid input: expected object, received array'],
  ])('%j is refused', (fields, sentence) => {
    expect(refuse(fields)).toBe(`a/config.json: training_config.${sentence}`);
  });

  test.each([
    [{ segment_length: 7201 }, 'segment_length: expected a multiple of hop_length, 300, got 7201'],
    [{ segment_length: 300 }, 'segment_length: expected more than half of n_fft, 512, got 300'],
    [
      { batch_size: 60_000, segment_length: 7200 },
      'batch_size: expected at most 67108864 samples, got 60000 times 7200',
    ],
    [
      { batch_size: 96, accumulation_steps: 1000 },
      'accumulation_steps: expected at most 65536 segments a step, got 1000 times 96',
    ],
    [{ lr_schedule: 'cosine' }, 'total_steps: expected the number of steps that lr_schedule cosine runs to, got none'],
    [
      { lr_schedule: 'cosine', total_steps: 10, warmup_steps: 11 },
      'warmup_steps: expected at most total_steps, 10, got 11',
    ],
    [{ lr_schedule: 'cosine', total_steps: 10, final_lr: 0.1 }, 'final_lr: expected at most lr, 0.001, got 0.1'],
  ])('%j do not go together', (fields, sentence) => {
    expect(refuse(fields)).toBe(`a/config.json: training_config.${sentence}`);
  });

  test.each(['training_noise_schedule', 'test_noise_schedule'])('a %s that leaves no signal is refused', (field) => {
    expect(refuse({ [field]: { n_iter: 1000, betas_range: [0.9, 0.9] } })).toMatch(
      new RegExp(`^a/config\\.json: training_config\\.${field}: .*must stay above 1e-304`),
    );
  });

  test.each([
    [{ batchsize: 4 }, ['batchsize is not known and has no effect; did you mean batch_size?']],
    [{ LR: 4 }, ['LR is not known and has no effect; did you mean lr?']],
    [
      { sead: 4, notes: 'x' },
      ['sead is not known and has no effect; did you mean seed?', 'notes is not known and has no effect'],
    ],
    [{ 'a\n\u001bb': 1 }, ['a??b is not known and has no effect']],
    [
      { test_noise_schedule: { n_iters: 6 } },
      ['test_noise_schedule.n_iters is not known and has no effect; did you mean n_iter?'],
    ],
    [
      { total_steps: 9, final_lr: 0 },
      [
        'total_steps is for lr_schedule cosine and has no effect with epoch',
        'final_lr is for lr_schedule cosine and has no effect with epoch',
      ],
    ],
  ])('%j is remarked on', (fields, sentences) => {
    expect(parsed(fields).remarks).toEqual(sentences.map((said) => `a/config.json: training_config.${said}`));
  });

  test('of many fields that are not known ten are named', () => {
    const fields = Object.fromEntries(Array.from({ length: 13 }, (_, i) => [`other ${i}`, i]));
    const { remarks } = parsed(fields);
    expect(remarks).toHaveLength(11);
    expect(remarks[9]).toBe('a/config.json: training_config.other 9 is not known and has no effect');
    expect(remarks[10]).toBe('a/config.json: 3 more fields of training_config are not known');
  });

  test('a damaged file is refused or trains', async () => {
    const read = (bytes: Uint8Array) => {
      const config = parseConfig(parseJson(new TextDecoder().decode(bytes), 'config.json'), 'config.json');
      const { training } = parseTraining(config, 'config.json');
      expect(training.batchSize * training.segmentLength).toBeLessThanOrEqual(2 ** 26);
    };
    // The mutations are at the beginning, and so is the training.
    const { training_config, ...others } = reference;
    const file = new TextEncoder().encode(JSON.stringify({ training_config, ...others }, null, 1));
    expect(await survivesMutations([readFileSync(defaultConfig), file], read)).toBeGreaterThan(1000);
  });
});

test('noiseSchedule is the one that the model was trained with', () => {
  const { training } = parsed({ training_noise_schedule: { n_iter: 30, betas_range: [1e-4, 0.05] } });
  const config = withTraining({ training_noise_schedule: { n_iter: 30, betas_range: [1e-4, 0.05] } });
  expect([...noiseSchedule(training.trainingNoiseSchedule)]).toEqual([...trainingSchedule(config)]);
  expect(noiseSchedule(training.testNoiseSchedule).length).toBe(50);
});
