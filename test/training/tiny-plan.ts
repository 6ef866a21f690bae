import { readFileSync } from 'node:fs';
import type { WaveGradConfig } from '../../src/model/config.ts';
import { stepsPerEpoch } from '../../src/training/batches.ts';
import type { Clip } from '../../src/training/corpus.ts';
import type { TrainingHooks, TrainingPlan } from '../../src/training/plan.ts';
import type { TestResult } from '../../src/training/run-state.ts';
import { parseTraining } from '../../src/training/training-config.ts';
import { noise, sine } from '../audio/signals.ts';
import { tinyConfig } from '../model/tiny.ts';

/** Fields of training_config that make a step of the tiny network cost some milliseconds. */
const QUICK = {
  batch_size: 2,
  segment_length: 1200,
  n_samples_to_test: 0,
  test_interval: 2,
  test_noise_schedule: { n_iter: 2, betas_range: [1e-4, 0.5] },
  use_fp16: false,
};

export function tinyTrainingConfig(fields: Record<string, unknown> = {}): WaveGradConfig {
  const config = JSON.parse(readFileSync(tinyConfig, 'utf8')) as WaveGradConfig;
  return { ...config, training_config: { ...config.training_config, ...QUICK, ...fields } };
}

/** A recording in memory: a tone with some noise, another one for each number. */
export function tinyClip(number: number, length = 3000): Clip {
  const hiss = noise(length, 0.05, number);
  const samples = sine(200 + 150 * number, 22_050, length, 0.4).map((x, i) => x + hiss[i]!);
  return { path: `/clips/${number}.wav`, length, samples, sampleRate: 22_050, channels: 1 };
}

/** A plan to train the tiny network on four recordings, an epoch of two steps. */
export function tinyPlan(
  folder: string,
  fields: Record<string, unknown> = {},
  others: Partial<TrainingPlan> = {},
): TrainingPlan {
  const config = tinyTrainingConfig(fields);
  const { training } = parseTraining(config, 'config.json');
  const clips = others.clips ?? [1, 2, 3, 4].map((number) => tinyClip(number));
  return {
    config,
    configText: JSON.stringify(config),
    training,
    folder,
    clips,
    testClips: [5, 6].map((number) => tinyClip(number)),
    resample: false,
    jobs: 1,
    engines: [{ device: 'cpu', deviceId: 0, threads: 1 }],
    feeders: 1,
    stepsPerEpoch: stepsPerEpoch(clips.length, training.batchSize * training.accumulationSteps),
    testEvery: 8,
    checkpointSeconds: 1e9,
    ...others,
  };
}

/** Hooks that note what they are told, and stop a training that has made so many steps in this session. */
export function notingHooks(stopAfter = Number.POSITIVE_INFINITY) {
  const remarks: string[] = [];
  const tests: { readonly result: TestResult; readonly isBest: boolean }[] = [];
  let made = 0;
  const hooks: TrainingHooks = {
    onSteps(reports) {
      made += reports.length;
    },
    onTesting() {},
    onTest: (result, isBest) => tests.push({ result, isBest }),
    onRemark: (sentence) => remarks.push(sentence),
    isCancelled: () => made >= stopAfter,
  };
  return { hooks, remarks, tests };
}
