import { expect, test } from 'vitest';
import { decibels, measureLevel } from '../../src/training/clip-level.ts';
import { sine } from '../audio/signals.ts';

test('the level of a sine is its amplitude and that over √2', () => {
  // Periods of 50 samples, whose quarters fall between two of them: the peak is missed by half a sample.
  const { peak, rms } = measureLevel(sine(441, 22050, 22050, 0.5));
  expect(peak).toBeCloseTo(0.5 * Math.cos(Math.PI / 50), 7);
  expect(rms).toBeCloseTo(0.5 / Math.SQRT2, 7);
});

test('a negative sample is the peak where it is the largest', () => {
  expect(measureLevel(Float32Array.of(0.25, -0.75, 0.5))).toEqual({ peak: 0.75, rms: Math.sqrt(0.875 / 3) });
  expect(measureLevel(new Float32Array(3))).toEqual({ peak: 0, rms: 0 });
});

test.each([
  [Number.NaN, 0],
  [Number.NaN, 1],
  [Number.NaN, 2],
  [Number.POSITIVE_INFINITY, 1],
  [Number.NEGATIVE_INFINITY, 0],
])('%d at sample %d makes the peak not finite', (value, at) => {
  const samples = Float32Array.of(0.1, 0.9, 0.2);
  samples[at] = value;
  expect(measureLevel(samples).peak).not.toSatisfy(Number.isFinite);
});

test('decibels are those of amplitudes', () => {
  expect([1, 0.1, 1e-4, 10, 0].map(decibels)).toEqual([0, -20, -80, 20, Number.NEGATIVE_INFINITY]);
});
