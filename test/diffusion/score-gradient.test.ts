import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareLogMelL1Gradient } from '../../src/audio/distances/log-mel-l1-gradient.ts';
import { processConstants } from '../../src/diffusion/process.ts';
import { type PredictNoise, sample } from '../../src/diffusion/sampler.ts';
import { gradientByLevels, type Sampled } from '../../src/diffusion/score-gradient.ts';
import { loadModel, type Model } from '../../src/model/model.ts';
import { loadPullback, type PullBackNoise } from '../../src/model/pullback.ts';
import { CLAMPS, type Clamp, NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { MEL_CONFIG } from '../audio/signals.ts';
import { randomTensor } from '../graph/tensors.ts';
import { golden, tinyCheckpoint } from '../model/tiny.ts';

interface Problem {
  readonly predictNoise: PredictNoise;
  readonly pullBackNoise: PullBackNoise;
  readonly mels: Float32Array;
  readonly batch: number;
  readonly samples: number;
  readonly noise: (k: number) => Float32Array;
  readonly clamp: Clamp;
  readonly score: (output: Float32Array) => { readonly score: number; readonly byOutput: Float64Array };
}

/** Samples with these levels and keeps what the network was asked. */
async function sampled({ predictNoise, ...problem }: Problem, logSigmas: readonly number[]) {
  const { betas } = NoiseSchedule.fromSigmas(logSigmas.map(Math.exp));
  const asked: Sampled['asked'][number][] = [];
  const recording: PredictNoise = async (input) => {
    const signal = input.signal.slice();
    const predicted = await predictNoise(input);
    asked.unshift({ signal, predicted });
    return predicted;
  };
  const output = await sample({ ...problem, predictNoise: recording, betas });
  return { betas, asked, output, ...problem.score(output) };
}

async function gradientOf(problem: Problem, logSigmas: readonly number[]): Promise<number[]> {
  const { betas, ...done } = await sampled(problem, logSigmas);
  const constants = processConstants(betas, 'float64');
  return gradientByLevels({ ...problem, ...done, constants }, problem.pullBackNoise, 0);
}

async function centralDifference(problem: Problem, logSigmas: readonly number[], n: number, step: number) {
  const [up, down] = await Promise.all(
    [step, -step].map(async (by) => (await sampled(problem, logSigmas.with(n - 1, logSigmas[n - 1]! + by))).score),
  );
  return (up! - down!) / (2 * step);
}

const levels = (steps: number, from: number, to: number) =>
  Array.from({ length: steps }, (_, i) => Math.log(from) + (i * Math.log(to / from)) / (steps - 1));

describe.each(CLAMPS)('with a smooth network and the clamp %s', (clamp) => {
  const BATCH = 2;
  const SAMPLES = 400;
  const mels = Float32Array.of(0.3, -0.7);
  const wanted = randomTensor([BATCH * SAMPLES], 50, 0.3).data;
  const rowOf = (t: number) => Math.floor(t / SAMPLES);
  const problem: Problem = {
    mels,
    batch: BATCH,
    samples: SAMPLES,
    noise: (k) => randomTensor([BATCH, SAMPLES], k).data,
    clamp,
    predictNoise: async ({ signal, noiseLevels }) =>
      signal.map((y, t) => Math.sin(2 * y + mels[rowOf(t)]!) * (1 + noiseLevels[rowOf(t)]! ** 2)),
    pullBackNoise: async ({ signal, noiseLevels, cotangent }) => {
      const byNoiseLevels = new Float64Array(BATCH);
      const bySignal = signal.map((y, t) => {
        const level = noiseLevels[rowOf(t)]!;
        byNoiseLevels[rowOf(t)]! += cotangent[t]! * Math.sin(2 * y + mels[rowOf(t)]!) * 2 * level;
        return cotangent[t]! * 2 * Math.cos(2 * y + mels[rowOf(t)]!) * (1 + level ** 2);
      });
      return { bySignal, byNoiseLevels };
    },
    score: (output) => ({
      score: output.reduce((sum, y, t) => sum + (y - wanted[t]!) ** 2, 0),
      byOutput: Float64Array.from(output, (y, t) => 2 * (y - wanted[t]!)),
    }),
  };

  // States are float32, and samples that the clamp lets go within a step bend the difference: measured 4e-4 of the largest.
  test.each([1, 2, 3, 6])('every component is the central difference, for %i steps', async (steps) => {
    const logSigmas = steps === 1 ? [Math.log(0.5)] : levels(steps, 0.02, 1.5);
    const gradient = await gradientOf(problem, logSigmas);
    expect(gradient).toHaveLength(steps);
    const largest = Math.max(...gradient.map(Math.abs));
    for (let n = 1; n <= steps; n++) {
      const expected = await centralDifference(problem, logSigmas, n, 1e-3);
      expect(Math.abs(gradient[n - 1]! - expected)).toBeLessThan(1e-3 * largest);
    }
  });

  test('derivatives by the level are averaged unless told otherwise', async () => {
    const told: number[] = [];
    const pullBackNoise: PullBackNoise = (input) => {
      told.push(input.levelSpread);
      return problem.pullBackNoise(input);
    };
    const { betas, ...done } = await sampled(problem, levels(3, 0.02, 1.5));
    const problemOf = { ...problem, ...done, constants: processConstants(betas, 'float64') };
    await gradientByLevels(problemOf, pullBackNoise);
    await gradientByLevels(problemOf, pullBackNoise, 0);
    expect(told).toEqual([0.1, 0.1, 0.1, 0, 0, 0]);
  });

  test('samples are held, where any are to be', async () => {
    const { output } = await sampled(problem, [Math.log(0.5)]);
    const held = output.filter((y) => Math.abs(y) === 1).length;
    expect(held > output.length / 10).toBe(clamp !== 'none');
  });
});

describe('with the tiny network and log-mel-l1', () => {
  const BATCH = 2;
  const mels = golden('forward/mels');
  const samples = golden('forward/y').length / BATCH;
  let model: Model;
  let pullback: Awaited<ReturnType<typeof loadPullback>>;

  beforeAll(async () => {
    [model, pullback] = await Promise.all([loadModel(tinyCheckpoint), loadPullback(tinyCheckpoint)]);
  });
  afterAll(() => Promise.all([model.dispose(), pullback.dispose()]));

  test.each([3, 6])('every component is the central difference, for %i steps', async (steps) => {
    const target = randomTensor([samples], 40, 0.1).data;
    const distance = prepareLogMelL1Gradient(target, MEL_CONFIG);
    const problem: Problem = {
      predictNoise: model.predictNoise,
      pullBackNoise: pullback.pullBackNoise,
      mels,
      batch: BATCH,
      samples,
      noise: (k) => randomTensor([BATCH, samples], 10 + k).data,
      clamp: 'x0',
      score: (output) => {
        const rows = [0, 1].map((row) => distance(output.subarray(row * samples, (row + 1) * samples)));
        return {
          score: rows.reduce((sum, row) => sum + row.distance, 0),
          byOutput: Float64Array.from(output, (_, t) => rows[Math.floor(t / samples)]!.gradient[t % samples]!),
        };
      },
    };
    // Noisier ones send the fastest sines round more than once in any step that float32 levels tell apart.
    const logSigmas = levels(steps, 1e-3, 0.02);
    const gradient = await gradientOf(problem, logSigmas);
    const largest = Math.max(...gradient.map(Math.abs));
    for (let n = 1; n <= steps; n++) {
      const expected = await centralDifference(problem, logSigmas, n, n < steps ? 0.03 : 0.01);
      // What levels rounded to float32 leave; measured 4e-2 and less than 1e-3.
      const tolerance = 0.05 * Math.abs(expected) + 2e-3 * largest;
      expect(Math.abs(gradient[n - 1]! - expected), `level ${n}`).toBeLessThan(tolerance);
    }
  });
});
