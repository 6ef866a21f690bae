import { beforeAll, describe, expect, test } from 'vitest';
import { logMel } from '../../src/audio/mel.ts';
import { type PredictNoise, sample } from '../../src/diffusion/sampler.ts';
import { loadModel, type Model } from '../../src/model/model.ts';
import { fillNormal } from '../../src/random/noise.ts';
import { createTests } from '../../src/training/testing.ts';
import { noiseSchedule } from '../../src/training/training-config.ts';
import { noise } from '../audio/signals.ts';
import { tinyCheckpoint } from '../model/tiny.ts';
import { tinyTraining } from './tiny-training.ts';

/** Fewer steps than 50, since each is an evaluation of the network. */
const FIELDS = { test_noise_schedule: { n_iter: 3, betas_range: [1e-4, 0.5] }, seed: 4 };

/** Thirteen hops and a part of one. */
const recording = noise(13 * 300 + 120, 0.4);

let model: Model;

beforeAll(async () => {
  model = await loadModel(tinyCheckpoint);
  return () => model.dispose();
});

async function testsWith(fields: Record<string, unknown> = {}, predictNoise: PredictNoise = model.predictNoise) {
  const { config, training } = await tinyTraining({ ...FIELDS, ...fields });
  return { config, training, tests: createTests(config, training, predictNoise) };
}

/** What the network was asked. */
async function askedBy(recorded: Float32Array, fields: Record<string, unknown> = {}) {
  const asked: { level: number; signal: Float32Array }[] = [];
  const { tests } = await testsWith(fields, async ({ signal, noiseLevels }) => {
    asked.push({ level: noiseLevels[0]!, signal: signal.slice() });
    return new Float32Array(signal.length);
  });
  const result = await tests.validate(recorded, 0);
  return { asked, ...result };
}

describe('validate', () => {
  test('asks at the levels that the peer does', async () => {
    const { asked } = await askedBy(recording);
    // levels[int(62.5 · k + 31.25)] of [1, sqrt(cumprod(1 − linspace(1e-6, 1e-2, 1000)))].
    const peer = [1];
    let alphaBar = 1;
    for (let i = 0; i < 1000; i++) {
      alphaBar *= 1 - (1e-6 + (i * (1e-2 - 1e-6)) / 999);
      peer.push(Math.sqrt(alphaBar));
    }
    const expected = Array.from({ length: 16 }, (_, k) => peer[Math.trunc(62.5 * k + 31.25)]!);
    expect(asked).toHaveLength(16);
    for (const [k, { level }] of asked.entries()) expect(level).toBeCloseTo(expected[k]!, 6);
  });

  test.each(['l1', 'l2'])('is the sum of %s errors by their definition', async (loss) => {
    const { config, training, tests } = await testsWith({ loss });
    const result = await tests.validate(recording, 3);
    const clean = recording.subarray(0, 3900);
    expect(result.samples).toBe(16 * 3900);
    const { levels } = noiseSchedule(training.trainingNoiseSchedule);
    const { data: mels } = await logMel(clean, config.data_config);
    let sum = 0;
    for (let k = 0; k < 16; k++) {
      const level = levels[Math.trunc(62.5 * k + 31.25) - 1]!;
      const epsilon = fillNormal(new Float32Array(3900), { seed: 4, purpose: 'validation', clip: 3, replicate: 0, k });
      const signal = clean.map((y, i) => level * y + Math.sqrt(1 - level ** 2) * epsilon[i]!);
      const predicted = await model.predictNoise({ signal, mels, noiseLevels: Float32Array.of(level), batch: 1 });
      epsilon.forEach((e, i) => {
        sum += Math.abs(e - predicted[i]!) ** (loss === 'l1' ? 1 : 2);
      });
    }
    expect(result.sum / sum).toBeCloseTo(1, 9);
  });

  test('of a network that predicts 0 is about √(2/π) a sample', async () => {
    const { sum, samples } = await askedBy(recording);
    // The deviation of |ε| is 0.6: within five of them over √62,400.
    expect(Math.abs(sum / samples - Math.sqrt(2 / Math.PI))).toBeLessThan(0.012);
  });

  test('takes 72,000 samples at most, a longer segment whole, and of a shorter recording a segment with zeros', async () => {
    const long = noise(80_000, 0.4);
    expect((await askedBy(long)).samples / 16).toBe(72_000);
    expect((await askedBy(long, { segment_length: 78_000 })).samples / 16).toBe(78_000);
    const { asked } = await askedBy(noise(1000, 0.4));
    expect(asked[0]!.signal).toHaveLength(3600);
    // The first level's noise is 0.07, and the recording's root of the mean square 0.4 / √3, until its last whole hop ends at 900.
    const size = (from: number, to: number) => {
      const part = asked[0]!.signal.subarray(from, to);
      return Math.sqrt(part.reduce((sum, x) => sum + x * x, 0) / part.length);
    };
    expect(size(0, 900)).toBeGreaterThan(0.2);
    expect(size(900, 3600)).toBeLessThan(0.1);
  });

  test('asks at one of few levels, too', async () => {
    const { asked } = await askedBy(recording, { training_noise_schedule: { n_iter: 4, betas_range: [0.1, 0.4] } });
    // ℓ_1 … ℓ_4 of ⌊(k + ½) / 4⌋, where 0 is taken for 1.
    const counts = new Map<number, number>();
    for (const { level } of asked) counts.set(level, (counts.get(level) ?? 0) + 1);
    expect([...counts.values()]).toEqual([8, 4, 4]);
  });
});

describe('generate', () => {
  test('is what sampling with the test schedule gives, from noise that is the same each time', async () => {
    const { config, training, tests } = await testsWith();
    const generated = await tests.generate(recording, 2);
    const truth = recording.slice(0, 3900);
    const { data: mels } = await logMel(truth, config.data_config);
    const expected = await sample({
      predictNoise: model.predictNoise,
      betas: noiseSchedule(training.testNoiseSchedule).betas,
      mels,
      batch: 1,
      samples: 3900,
      noise: (k) => fillNormal(new Float32Array(3900), { seed: 4, purpose: 'validation', clip: 2, replicate: 1, k }),
    });
    expect(generated.samples).toEqual(expected);
    expect(generated.truth).toEqual(truth);
    expect(generated.mels.truth).toEqual(mels);
    const { data: made } = await logMel(expected, config.data_config);
    expect(generated.mels.generated).toEqual(made);
    const meanDistance = (a: Float32Array, b: Float32Array) =>
      a.reduce((sum, x, i) => sum + Math.abs(x - b[i]!), 0) / a.length;
    expect(generated.waveformL1).toBeCloseTo(meanDistance(truth, expected), 9);
    expect(generated.melL1).toBeCloseTo(meanDistance(mels, made), 9);
    expect(generated.seconds).toBeGreaterThan(0);
    const again = await tests.generate(recording, 2);
    expect(again.samples).toEqual(generated.samples);
    expect((await tests.generate(recording, 1)).samples).not.toEqual(generated.samples);
  });
});
