import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processConstants } from '../../../src/diffusion/process.ts';
import { float32Gain, inFloat32 } from '../../../src/schedule/analysis/float32.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from '../arbitraries.ts';
import { referenceSchedules } from '../fixtures.ts';

/** The sampler's own float32 constants, which PyTorch's are held against elsewhere. */
function expectAsSampled(schedule: NoiseSchedule): void {
  const constants = processConstants(schedule.betas, 'float32');
  const view = inFloat32(schedule);
  expect(view.betas).toEqual([...Float32Array.from(schedule.betas)]);
  expect(view.levels).toEqual([...constants.noiseLevels]);
  expect(view.sigmas).toEqual([...constants.noiseGain]);
  expect(view.lastStepGain).toBe(constants.meanFromClean[0]);
}

describe('inFloat32', () => {
  test.each(Object.keys(referenceSchedules))('%s is what the float32 sampler makes of it, bit for bit', (name) => {
    expectAsSampled(NoiseSchedule.fromBetas(referenceSchedules[name]!, { asPublished: true }));
  });

  test('so is any schedule', () => {
    fc.assert(fc.property(betasArbitrary, (betas) => expectAsSampled(NoiseSchedule.fromBetas(betas))));
  });

  test('the largest change of σ is told with its step', () => {
    // 1 − fround(1 − 1e-6) is 17 · 2^-24 = 1.0133e-6: σ_1 grows by half of that, 0.66 %, beyond what any later step moves.
    const schedule = NoiseSchedule.fromBetas(referenceSchedules['ivanvovk-6']!);
    const { largestChange } = inFloat32(schedule);
    expect(largestChange.n).toBe(1);
    expect(largestChange.change).toBeCloseTo(Math.sqrt((17 * 2 ** -24) / 1e-6) - 1, 5);
  });

  test('a first beta that float32 cannot tell from 0 leaves no noise, and a gain without bound', () => {
    const view = inFloat32(NoiseSchedule.fromBetas([2e-8, 0.1]));
    expect(view.sigmas[0]).toBe(0);
    expect(view.largestChange).toEqual({ n: 1, change: 1 });
    expect(view.lastStepGain).toBe(Number.POSITIVE_INFINITY);
  });

  test('an alphaBar below all of float32 leaves σ infinite', () => {
    const view = inFloat32(NoiseSchedule.fromBetas(Array.from({ length: 60 }, () => 0.9)));
    expect(view.sigmas.at(-1)).toBe(Number.POSITIVE_INFINITY);
    expect(view.largestChange.change).toBe(Number.POSITIVE_INFINITY);
  });
});

test('float32Gain is 1 where nothing is rounded', () => {
  expect(float32Gain(2 ** -10)).toBe(1);
});
