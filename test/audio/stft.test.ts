import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createStft } from '../../src/audio/stft.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { largestDifference, naiveStft, noise } from './signals.ts';

describe('createStft', () => {
  test.each([
    { nFft: 64, hopLength: 20, winLength: 64, samples: 200 },
    { nFft: 64, hopLength: 20, winLength: 37, samples: 201 },
    { nFft: 32, hopLength: 50, winLength: 20, samples: 17 },
    { nFft: 128, hopLength: 7, winLength: 1, samples: 65 },
    { nFft: 2, hopLength: 1, winLength: 2, samples: 5 },
  ])('gives the power spectra of the definition, $nFft/$hopLength/$winLength of $samples samples', (sizes) => {
    const stft = createStft(sizes);
    const samples = noise(sizes.samples);
    const expected = naiveStft(samples, sizes.nFft, sizes.hopLength, sizes.winLength);
    expect(stft.frameCount(samples.length)).toBe(expected.length);
    const power = new Float64Array(stft.nBins);
    expected.forEach((frame, t) => {
      stft.powerSpectrum(samples, t, power);
      // Both are sums in float64 of numbers below 64.
      expect(largestDifference(power, frame)).toBeLessThan(1e-11);
    });
  });

  test('agrees with Parseval on any signal', () => {
    const stft = createStft({ nFft: 16, hopLength: 1, winLength: 16 });
    const power = new Float64Array(stft.nBins);
    fc.assert(
      fc.property(fc.float32Array({ minLength: 32, maxLength: 32, noNaN: true, min: -1, max: 1 }), (samples) => {
        stft.powerSpectrum(samples, 16, power);
        let energy = 0;
        for (let i = 0; i < 16; i++) energy += (Math.sin((Math.PI * i) / 16) ** 2 * samples[8 + i]!) ** 2;
        const inner = power.subarray(1, 8).reduce((sum, p) => sum + p, 0);
        expect(power[0]! + 2 * inner + power[8]!).toBeCloseTo(16 * energy, 10);
      }),
    );
  });

  test('keeps a silent frame exactly silent beside a loud one', () => {
    const stft = createStft({ nFft: 16, hopLength: 16, winLength: 16 });
    const samples = new Float32Array(64);
    samples.fill(1, 40);
    const power = new Float64Array(stft.nBins);
    stft.powerSpectrum(samples, 4, power);
    expect(Math.max(...power)).toBeGreaterThan(1);
    stft.powerSpectrum(samples, 1, power);
    expect(power).toEqual(new Float64Array(9));
  });

  test.each([
    [{ nFft: 1000, hopLength: 300, winLength: 1000 }, 'n_fft: expected a power of two, got 1000'],
    [{ nFft: 1, hopLength: 300, winLength: 1 }, 'n_fft: expected a power of two, got 1'],
    [{ nFft: 64, hopLength: 0, winLength: 64 }, 'hop_length: expected a positive integer, got 0'],
    [{ nFft: 64, hopLength: 16, winLength: 65 }, 'win_length: expected an integer from 1 to n_fft = 64, got 65'],
  ])('refuses %j', (sizes, message) => {
    expect(() => createStft(sizes)).toThrow(new InputError(message));
  });

  test('refuses a signal that cannot be reflected, and takes the shortest that can', () => {
    const stft = createStft({ nFft: 64, hopLength: 16, winLength: 64 });
    expect(() => stft.frameCount(32)).toThrow(InputError);
    expect(stft.frameCount(33)).toBe(3);
  });
});
