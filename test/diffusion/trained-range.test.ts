import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { trainedRange, trainedRangeToWarnBy } from '../../src/diffusion/trained-range.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { parseConfig } from '../../src/model/config.ts';
import { REFERENCE_TRAINING } from '../../src/schedule/diagnostics.ts';

const trained = (schedule: unknown) => trainedRange({ training_config: { training_noise_schedule: schedule } });

describe('trainedRange', () => {
  test('of the demo model is the reference’s', () => {
    const path = 'experiments/demo/config.json';
    const json = JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
    expect(trainedRange(parseConfig(json, path), path)).toEqual(REFERENCE_TRAINING);
  });

  test('is the first and last level of evenly spaced betas', () => {
    // 0.1, 0.2, 0.3: ᾱ = 0.9 and 0.9 · 0.8 · 0.7 = 0.504.
    const { firstLevel, terminalLevel } = trained({ n_iter: 3, betas_range: [0.1, 0.3] });
    expect(firstLevel).toBeCloseTo(Math.sqrt(0.9), 12);
    expect(terminalLevel).toBeCloseTo(Math.sqrt(0.504), 12);
  });

  test('takes from the reference what is absent', () => {
    expect(trainedRange({})).toEqual(REFERENCE_TRAINING);
    expect(trainedRange({ training_config: { lr: 0.001 } })).toEqual(REFERENCE_TRAINING);
    expect(trained({ n_iter: 1000 })).toEqual(REFERENCE_TRAINING);
    expect(trained({ betas_range: [1e-6, 1e-2] })).toEqual(REFERENCE_TRAINING);
  });

  test.each([
    [{ n_iter: 0 }, 'n_iter: Too small: expected number to be >0, got 0'],
    [{ n_iter: 1e9 }, 'n_iter: Too big: expected number to be <=100000, got 1000000000'],
    [{ n_iter: 'many' }, 'n_iter: Invalid input: expected number, received string'],
    [{ betas_range: [0, 0.5] }, 'betas_range.0: Too small: expected number to be >0, got 0'],
    [{ betas_range: [0.1] }, 'betas_range: '],
  ])('%j is refused', (schedule, sentence) => {
    const made = () => trained(schedule);
    expect(made).toThrow(InputError);
    expect(made).toThrow(`config.json: training_config.training_noise_schedule.${sentence}`);
  });

  test('betas that leave nothing of the signal are refused with the path', () => {
    const config = { training_config: { training_noise_schedule: { n_iter: 1000, betas_range: [0.9, 0.9] } } };
    expect(() => trainedRange(config, 'a/config.json')).toThrow(
      /^a\/config\.json: training_config\.training_noise_schedule: .*must stay above 1e-304/,
    );
  });
});

describe('trainedRangeToWarnBy', () => {
  test('is the range of the config', () => {
    const config = { training_config: { training_noise_schedule: { n_iter: 3, betas_range: [0.1, 0.3] } } };
    expect(trainedRangeToWarnBy(config)).toEqual({ trained: trainedRange(config), remark: undefined });
  });

  test.each([
    [{ n_iter: 200_000 }, '.n_iter: Too big: expected number to be <=100000, got 200000'],
    [{ betas_range: ['1e-6', '1e-2'] }, '.betas_range.0: Invalid input: expected number, received string'],
    [null, ': Invalid input: expected object, received null'],
  ])('is the reference’s where %j is refused, which is said', (schedule, sentence) => {
    const config = { training_config: { training_noise_schedule: schedule } };
    expect(trainedRangeToWarnBy(config, 'a/config.json')).toEqual({
      trained: REFERENCE_TRAINING,
      remark: `a/config.json: training_config.training_noise_schedule${sentence}; the reference's range is used`,
    });
  });
});
