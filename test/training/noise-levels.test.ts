import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { createBatches } from '../../src/training/batches.ts';
import { addNoise, drawLevel } from '../../src/training/noise-levels.ts';
import { noiseSchedule } from '../../src/training/training-config.ts';
import { golden } from '../model/tiny.ts';
import { HAS_PYTORCH, python } from '../pytorch-peer.ts';

const { levels } = noiseSchedule({ nIter: 1000, betasRange: [1e-6, 1e-2] });

describe('drawLevel', () => {
  test('lies between two neighbours, the first of which is 1', () => {
    const part = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(part, part, (step, between) => {
        const n = Math.floor(1000 * step) + 1;
        const [higher, lower] = [n === 1 ? 1 : levels[n - 2]!, levels[n - 1]!];
        const level = drawLevel(levels, step, between);
        expect(level).toBeLessThanOrEqual(higher);
        expect(level).toBeGreaterThanOrEqual(lower);
        expect((higher - level) / (higher - lower)).toBeCloseTo(between, 6);
      }),
    );
  });

  test("begins at the reference's levels", () => {
    const schedule = NoiseSchedule.fromBetas(golden('diffusion/betas'));
    const previous = golden('diffusion/sqrt_alphas_cumprod_prev');
    expect(previous).toHaveLength(7);
    for (let n = 0; n < 6; n++) {
      // Float32's rounding of six products.
      expect(drawLevel(schedule.levels, n / 6, 0)).toBeCloseTo(previous[n]!, 6);
      expect(drawLevel(schedule.levels, n / 6, 1 - 1e-9)).toBeCloseTo(previous[n + 1]!, 6);
    }
  });

  test.skipIf(!HAS_PYTORCH)("has the training schedule's levels as PyTorch makes them", () => {
    const program = `
import json, torch
alphas = 1 - torch.linspace(1e-6, 1e-2, 1000)
print(json.dumps(torch.cat([torch.ones(1), alphas.cumprod(0).sqrt()]).tolist()))`;
    const expected = python(program) as number[];
    expect(expected).toHaveLength(1001);
    // Half a step on, so that n / 1000 · 1000 is not below n.
    for (let n = 0; n < 1000; n++) expect(drawLevel(levels, (n + 0.5) / 1000, 0)).toBeCloseTo(expected[n]!, 5);
  });

  test('meets all steps n equally often', () => {
    const rowsOf = createBatches(100, 100, { seed: 5, attempt: 0 });
    const counts = Array.from({ length: 20 }, () => 0);
    const ends = Array.from({ length: 21 }, (_, i) => (i === 0 ? 1 : levels[50 * i - 1]!));
    for (let step = 0; step < 200; step++) {
      for (const row of rowsOf(step)) {
        const level = drawLevel(levels, row.step, row.between);
        counts[ends.findIndex((end) => level >= end) - 1]!++;
      }
    }
    // 20,000 draws in twenty groups of steps: χ² of 19 degrees of freedom is above 50.8 once in 10,000.
    const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
    expect(counts.reduce((a, b) => a + b)).toBe(20_000);
    expect(chiSquare).toBeLessThan(50.8);
  });
});

test('addNoise is ℓ · y + √(1 − ℓ²) · ε, where it is put, and nothing else', () => {
  const sample = fc.float({ min: -1, max: 1, noNaN: true });
  const pairs = fc.array(fc.tuple(sample, sample), { minLength: 1, maxLength: 8 });
  const level = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(pairs, level, fc.nat(3), (samples, ell, begin) => {
      const clean = Float32Array.from(samples, ([y]) => y);
      const noise = new Float32Array(begin + clean.length + 1).fill(9);
      noise.set(
        samples.map(([, epsilon]) => epsilon),
        begin,
      );
      const noisy = new Float32Array(noise.length).fill(7);
      addNoise(noisy, clean, noise, ell, begin);
      const expected = Array.from(noisy, (_, at) =>
        at < begin || at >= begin + clean.length ? 7 : ell * clean[at - begin]! + Math.sqrt(1 - ell ** 2) * noise[at]!,
      );
      expect(noisy).toEqual(Float32Array.from(expected));
    }),
  );
});
