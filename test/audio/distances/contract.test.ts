import { describe, expect, test } from 'vitest';
import { METRICS } from '../../../src/audio/distances/index.ts';
import { InputError } from '../../../src/formats/input-error.ts';
import { MEL_CONFIG, noise, sine } from '../signals.ts';

const LENGTH = 3000;
const hum = noise(LENGTH, 0.01);
const target = sine(440, MEL_CONFIG.sample_rate, LENGTH, 0.2).map((x, i) => x + hum[i]!);
const other = noise(LENGTH, 0.1, 7);
const silence = new Float32Array(LENGTH);

/** By their definitions; the STFT distance's spectral convergence divides by the target alone. */
const ASYMMETRIC = ['multi-resolution-stft'];

describe.each(Object.entries(METRICS))('%s', (name, metric) => {
  const distance = metric.prepare(target, MEL_CONFIG);

  test('goes by its name in the table and says what it is', () => {
    expect(metric.name).toBe(name);
    expect(metric.describe).toMatch(/^[A-Z].+\.$/);
  });

  test('is 0 on the target itself', () => {
    expect(distance(target)).toBe(0);
  });

  test('is positive on anything else, and the same when asked again', () => {
    const first = distance(other);
    expect(first).toBeGreaterThan(0);
    distance(silence);
    expect(distance(other)).toBe(first);
  });

  test('rises with the level of added noise', () => {
    const levels = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3];
    const hiss = noise(LENGTH, 1, 99);
    const distances = levels.map((level) => distance(target.map((x, i) => x + level * hiss[i]!)));
    expect(distances).toEqual([...distances].sort((a, b) => a - b));
    expect(new Set(distances).size).toBe(levels.length);
  });

  test('is finite where the target, the candidate or both are silent', () => {
    const fromSilence = metric.prepare(silence, MEL_CONFIG);
    expect(fromSilence(silence)).toBe(0);
    for (const value of [distance(silence), fromSilence(target)]) {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeLessThan(Number.POSITIVE_INFINITY);
    }
  });

  test('is symmetric where its definition is', () => {
    const there = distance(other);
    const back = metric.prepare(other, MEL_CONFIG)(target);
    if (ASYMMETRIC.includes(name)) expect(back).not.toBeCloseTo(there, 6);
    else expect(back).toBeCloseTo(there, 10);
  });

  test('is not finite on a candidate that is not', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const broken = target.slice();
      broken[1500] = wrong;
      expect(Number.isFinite(distance(broken))).toBe(false);
    }
  });

  test('keeps the target as it was when it was prepared', () => {
    const copy = target.slice();
    const prepared = metric.prepare(copy, MEL_CONFIG);
    copy.fill(0);
    expect(prepared(target)).toBe(0);
  });

  test('refuses a candidate of another length and a target that is too short', () => {
    expect(() => distance(target.subarray(1))).toThrow(
      new InputError('candidate: expected 3000 samples, as the target has, got 2999'),
    );
    expect(() => metric.prepare(target.subarray(0, 512), MEL_CONFIG)).toThrow(InputError);
  });
});
