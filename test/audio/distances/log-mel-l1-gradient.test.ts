import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../src/audio/distances/index.ts';
import { prepareLogMelL1Gradient } from '../../../src/audio/distances/log-mel-l1-gradient.ts';
import { InputError } from '../../../src/formats/input-error.ts';
import { golden, MEL_CONFIG, naiveStft, noise, sine } from '../signals.ts';

const LENGTH = 900;
/** Samples are multiples of it, so that a step by it is exact in float32. */
const STEP = 2 ** -16;
const inSteps = (samples: Float32Array) => samples.map((x) => STEP * Math.round(x / STEP));

const target = sine(880, 22050, LENGTH, 0.3);
const candidate = inSteps(noise(LENGTH, 0.05, 5));
const { data: filterbank } = golden('mel/filterbank');

/** log10 max(mel, 1e-5) in double precision, from the definition, with torchaudio's filters. */
function naiveLogMel(samples: Float32Array, config: typeof MEL_CONFIG): number[] {
  return naiveStft(samples, config.n_fft, config.hop_length, config.win_length)
    .slice(0, Math.floor(LENGTH / config.hop_length))
    .flatMap((power) =>
      Array.from({ length: config.n_mels }, (_, mel) => {
        const sum = power.reduce((total, p, bin) => total + p * filterbank[bin * config.n_mels + mel]!, 0);
        return Math.log10(Math.max(sum, 1e-5));
      }),
    );
}

describe.each([
  ['a full window', MEL_CONFIG],
  ['a window of less than a frame', { ...MEL_CONFIG, win_length: 600 }],
  ['a hop that is no part of the length', { ...MEL_CONFIG, hop_length: 256 }],
])('with %s', (_, config) => {
  const measure = prepareLogMelL1Gradient(target, config);

  test('the distance is that of the metric', () => {
    const metric = METRICS['log-mel-l1'].prepare(target, config);
    for (const samples of [candidate, target, sine(300, 22050, LENGTH, 0.9), new Float32Array(LENGTH)]) {
      expect(measure(samples).distance).toBeCloseTo(metric(samples), 12);
    }
  });

  test('the gradient is the central difference along a random direction, and at single samples of either end', () => {
    const { gradient } = measure(candidate);
    const single = (at: number) => new Float32Array(LENGTH).fill(1, at, at + 1);
    const signs = [11].map((seed) => noise(LENGTH, 1, seed).map(Math.sign));
    const directions = [...signs, single(3), single(LENGTH - 2)];
    const wanted = naiveLogMel(target, config);
    const distanceAt = (samples: Float32Array) =>
      naiveLogMel(samples, config).reduce((sum, log, i) => sum + Math.abs(log - wanted[i]!), 0) / wanted.length;
    for (const direction of directions) {
      const [up, down] = [1, -1].map((way) => distanceAt(candidate.map((x, t) => x + way * STEP * direction[t]!)));
      const slope = gradient.reduce((sum, value, t) => sum + value * direction[t]!, 0);
      const expected = (up! - down!) / (2 * STEP);
      // torchaudio's filters are float32; measured 3e-5.
      expect(Math.abs(slope - expected)).toBeLessThan(1e-4 * Math.max(1, Math.abs(expected)));
    }
  });
});

test('it is 0 by what is below the floor, and by the target itself', () => {
  const measure = prepareLogMelL1Gradient(target, MEL_CONFIG);
  const faint = noise(LENGTH, 1e-7, 3);
  expect([...measure(faint).gradient].every((x) => x === 0)).toBe(true);
  expect([...measure(target).gradient].every((x) => x === 0)).toBe(true);
});

test('a small step against the gradient lowers the distance by what the gradient says', () => {
  const measure = prepareLogMelL1Gradient(target, MEL_CONFIG);
  const { distance, gradient } = measure(candidate);
  const square = gradient.reduce((sum, x) => sum + x * x, 0);
  const step = 1e-6 / square;
  const after = measure(candidate.map((x, t) => x - step * gradient[t]!)).distance;
  expect((distance - after) / 1e-6).toBeCloseTo(1, 1);
});

test('a candidate of another length and a target that is too short are refused', () => {
  const measure = prepareLogMelL1Gradient(target, MEL_CONFIG);
  expect(() => measure(candidate.subarray(1))).toThrow(
    new InputError('candidate: expected 900 samples, as the target has, got 899'),
  );
  expect(() => prepareLogMelL1Gradient(target.subarray(0, 512), MEL_CONFIG)).toThrow(InputError);
});
