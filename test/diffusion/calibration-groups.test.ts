import { expect, test } from 'vitest';
import { calibrationGroups } from '../../src/diffusion/calibration-groups.ts';
import { randomTensor } from '../graph/tensors.ts';

const clips = [1, 2].map((seed) => ({
  samples: randomTensor([3000], seed, 0.1).data,
  mels: randomTensor([80, 10], seed).data,
}));
const groups = calibrationGroups(clips, 0);
const variance = (values: Float32Array) => values.reduce((sum, x) => sum + x * x, 0) / values.length;

test('groups go from the noisiest levels to the cleanest, each up to where the next begins', () => {
  const sigmas = [10, 0.1, 1e-4];
  groups.forEach(({ above, runs }, i) => {
    const levels = runs.map(({ noiseLevels }) => Math.sqrt(1 / noiseLevels[0]! ** 2 - 1));
    // Float32 holds levels near 1 to 6e-8, and σ² with them to 1.2e-7.
    expect(Math.abs(Math.max(...levels) ** 2 / sigmas[i]! ** 2 - 1)).toBeLessThan(2e-3);
    expect(Math.abs(Math.min(...levels) ** 2 - sigmas[i + 1]! ** 2)).toBeLessThan(2e-7);
    expect(above).toBeCloseTo(i === 0 ? 0 : 1 / Math.hypot(1, sigmas[i]!), 12);
  });
});

test('signals are clips with as much noise as their levels say, the same for the same seed', () => {
  for (const { runs } of groups) {
    for (const { signal, noiseLevels, mels, batch } of runs) {
      const clip = clips.findIndex((one) => one.mels === mels);
      const level = noiseLevels[0]!;
      expect(batch).toBe(1);
      const noise = signal.map((x, t) => x - level * clips[clip]!.samples[t]!);
      // Four standard errors of the variance of 3,000 normal numbers.
      if (level < 0.99) expect(Math.abs(variance(noise) / (1 - level ** 2) - 1)).toBeLessThan(4 * Math.sqrt(2 / 3000));
    }
  }
  expect(calibrationGroups(clips, 0)).toEqual(groups);
  expect(calibrationGroups(clips, 1)).not.toEqual(groups);
});
