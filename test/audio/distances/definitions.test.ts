import { describe, expect, test } from 'vitest';
import { METRICS, type MetricName } from '../../../src/audio/distances/index.ts';
import { golden, MEL_CONFIG, naiveStft, noise, sine } from '../signals.ts';

const LENGTH = 1500;
const target = sine(880, 22050, LENGTH, 0.3);
const candidate = noise(LENGTH, 0.05, 5);
// A silent stretch, so that floors and the silence rule matter.
candidate.fill(0, 0, 900);

const measured = (name: MetricName) => METRICS[name].prepare(target, MEL_CONFIG)(candidate);
const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const zip = (a: number[], b: number[]) => a.map((value, i) => [value, b[i]!] as const);

/** Mel powers [frames][80], with the filterbank that torchaudio computed. */
function naiveMels(samples: Float32Array): number[][] {
  const { data: filterbank } = golden('mel/filterbank');
  const frames = naiveStft(samples, 1024, 300, 1024).slice(0, Math.floor(samples.length / 300));
  return frames.map((power) =>
    Array.from({ length: 80 }, (_, mel) => power.reduce((sum, p, bin) => sum + p * filterbank[bin * 80 + mel]!, 0)),
  );
}

const mels = [naiveMels(target), naiveMels(candidate)] as const;

// The filterbank of the reference is float32: that is the tolerance of what uses it. The rest is float64 on both sides.
const MEL_DIGITS = 4;
const DIGITS = 9;

describe('distances follow their definitions', () => {
  test('log-mel-l1: mean |Δ log10 max(mel, 1e-5)|', () => {
    const [a, b] = mels.map((frames) => frames.flat().map((mel) => Math.log10(Math.max(mel, 1e-5))));
    expect(measured('log-mel-l1')).toBeCloseTo(mean(zip(a!, b!).map(([x, y]) => Math.abs(x - y))), MEL_DIGITS);
  });

  test('log-mel-l1-reference: mean |Δ log10 mel| with -Infinity replaced by 0', () => {
    const [a, b] = mels.map((frames) => frames.flat().map((mel) => (mel === 0 ? 0 : Math.log10(mel))));
    expect(b!.filter((value) => value === 0).length).toBeGreaterThan(0);
    expect(measured('log-mel-l1-reference')).toBeCloseTo(
      mean(zip(a!, b!).map(([x, y]) => Math.abs(x - y))),
      MEL_DIGITS,
    );
  });

  test('multi-resolution-stft: spectral convergence and log magnitude at three resolutions', () => {
    const resolutions = [
      [1024, 120, 600],
      [2048, 240, 1200],
      [512, 50, 240],
    ] as const;
    const losses = resolutions.map(([nFft, hop, win]) => {
      const [y, x] = [target, candidate].map((signal) =>
        naiveStft(signal, nFft, hop, win)
          .flat()
          .map((power) => Math.sqrt(Math.max(power, 1e-7))),
      );
      const pairs = zip(y!, x!);
      const convergence = Math.hypot(...pairs.map(([a, b]) => a - b)) / Math.hypot(...y!);
      return convergence + mean(pairs.map(([a, b]) => Math.abs(Math.log(a) - Math.log(b))));
    });
    expect(measured('multi-resolution-stft')).toBeCloseTo(mean(losses), DIGITS);
  });

  test('log-spectral-distance: mean over frames of sqrt(mean over bins of (Δ 10 log10 P)²)', () => {
    const [a, b] = [target, candidate].map((signal) => naiveStft(signal, 1024, 300, 1024));
    const frames = a!.map((frame, t) =>
      Math.sqrt(
        mean(zip(frame, b![t]!).map(([p, q]) => (10 * Math.log10(Math.max(p, 1e-5) / Math.max(q, 1e-5))) ** 2)),
      ),
    );
    expect(measured('log-spectral-distance')).toBeCloseTo(mean(frames), DIGITS);
  });

  test('log-spectral-distance: twice the amplitude is 6.02 dB away', () => {
    const loud = noise(LENGTH, 0.8);
    const distance = METRICS['log-spectral-distance'].prepare(loud, MEL_CONFIG);
    expect(distance(loud.map((x) => 2 * x))).toBeCloseTo(20 * Math.log10(2), DIGITS);
  });

  test('mel-cepstral-distortion: 10 / ln 10 · sqrt(2 Σ Δc²) over coefficients 1 to 24', () => {
    const cepstrum = (mel: number[]) =>
      Array.from({ length: 24 }, (_, i) =>
        mean(mel.map((p, m) => Math.log(Math.max(p, 1e-5)) * Math.cos((Math.PI * (i + 1) * (m + 0.5)) / 80))),
      );
    const frames = mels[0].map((mel, t) =>
      Math.hypot(...zip(cepstrum(mel), cepstrum(mels[1][t]!)).map(([c, d]) => c - d)),
    );
    expect(measured('mel-cepstral-distortion')).toBeCloseTo((10 / Math.LN10) * Math.SQRT2 * mean(frames), MEL_DIGITS);
  });

  test('mel-cepstral-distortion: loudness, the 0th coefficient, does not count', () => {
    const loud = noise(LENGTH, 0.8);
    const distance = METRICS['mel-cepstral-distortion'].prepare(loud, MEL_CONFIG);
    expect(distance(loud.map((x) => x / 2))).toBeLessThan(1e-6);
  });

  test('mel-cepstral-distortion: takes fewer coefficients where there are fewer mels', () => {
    const config = { ...MEL_CONFIG, n_mels: 10 };
    expect(METRICS['mel-cepstral-distortion'].prepare(target, config)(candidate)).toBeGreaterThan(1);
  });
});
