import { describe, expect, test } from 'vitest';
import { resample } from '../../src/audio/resample.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { largestDifference, noise, sine } from './signals.ts';

const RATES = [
  [16000, 22050],
  [44100, 22050],
  [48000, 22050],
  [22050, 16000],
] as const;

describe('resample', () => {
  test.each(RATES)('keeps time and level of a sine, %i to %i Hz', async (from, to) => {
    const resampled = await resample(sine(997, from, from), from, to);
    const expected = sine(997, to, to);
    const inner = [to * 0.1, to * 0.9].map(Math.round) as [number, number];
    // 97 dB is what its documentation promises; a tone as low as this comes out with 120 dB and more.
    expect(largestDifference(resampled.subarray(...inner), expected.subarray(...inner))).toBeLessThan(1e-6);
  });

  test.each(RATES)('leaves an impulse where it is, %i to %i Hz', async (from, to) => {
    const impulse = new Float32Array(from);
    impulse[from / 2] = 1;
    const resampled = await resample(impulse, from, to);
    expect(resampled.indexOf(Math.max(...resampled))).toBe(to / 2);
  });

  test.each([
    [44100, 22050],
    [22050, 16000],
  ])('removes what the new rate cannot hold, %i to %i Hz', async (from, to) => {
    const resampled = await resample(sine(0.6 * to, from, from), from, to);
    const inner = resampled.subarray(Math.round(to * 0.1), Math.round(to * 0.9));
    // Its documentation promises 97 dB.
    expect(loudest(inner)).toBeLessThan(0.5 * 10 ** (-97 / 20));
  });

  test.each([1, 7, 600, 16001])('gives round(n · to / from) samples for %i', async (length) => {
    expect((await resample(noise(length), 16000, 22050)).length).toBe(Math.round((length * 22050) / 16000));
    expect((await resample(noise(length), 44100, 16000)).length).toBe(Math.round((length * 16000) / 44100));
  });

  test('keeps the end of a signal that the converter takes in pieces', async () => {
    const length = 1_100_000;
    const resampled = await resample(sine(440, 16000, length), 16000, 8000);
    const expected = sine(440, 8000, length / 2);
    expect(largestDifference(resampled.subarray(1000, -1000), expected.subarray(1000, -1000))).toBeLessThan(1e-6);
    expect(loudest(resampled.subarray(-200))).toBeGreaterThan(0.4);
  });

  test('returns the very input if the rates are equal', async () => {
    const samples = noise(100);
    expect(await resample(samples, 22050, 22050)).toBe(samples);
  });

  test('refuses rates that are not positive or too far apart', async () => {
    for (const [from, to] of [
      [0, 22050],
      [22050, Number.NaN],
      [100, 48000],
    ] as const) {
      await expect(resample(noise(10), from, to)).rejects.toThrow(InputError);
    }
  });
});

function loudest(samples: Float32Array): number {
  return samples.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}
