import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processConstants } from '../../../src/diffusion/process.ts';
import { analyseSteps } from '../../../src/schedule/analysis/steps.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from '../arbitraries.ts';
import { referenceSchedules } from '../fixtures.ts';

describe('analyseSteps', () => {
  test('two steps by hand', () => {
    // ᾱ = 0.9, 0.72; σ² = 1/9, 7/18; posterior variance 0.2 · 0.1/0.28.
    const [first, second] = analyseSteps(NoiseSchedule.fromBetas([0.1, 0.2]));
    expect(first).toEqual({
      n: 1,
      beta: 0.1,
      level: expect.closeTo(Math.sqrt(0.9), 12),
      sigma: expect.closeTo(1 / 3, 12),
      snrDb: expect.closeTo(10 * Math.log10(9), 12),
      gap: Number.POSITIVE_INFINITY,
      added: 0,
      addedShare: 0,
    });
    expect(second).toEqual({
      n: 2,
      beta: 0.2,
      level: expect.closeTo(Math.sqrt(0.72), 12),
      sigma: expect.closeTo(Math.sqrt(7 / 18), 12),
      snrDb: expect.closeTo(10 * Math.log10(18 / 7), 12),
      gap: expect.closeTo(Math.log(3.5) / 2, 12),
      added: expect.closeTo(Math.sqrt(0.02 / 0.28), 12),
      addedShare: expect.closeTo(0.2 / 0.28, 12),
    });
  });

  test('the noise added is what the sampler adds', () => {
    fc.assert(
      fc.property(betasArbitrary, (betas) => {
        const { logVariance } = processConstants(betas, 'float64');
        for (const { n, added } of analyseSteps(NoiseSchedule.fromBetas(betas)).slice(1)) {
          expect(added).toBeCloseTo(Math.exp(logVariance[n - 1]! / 2), 9);
        }
      }),
    );
  });

  test('the share is that of the noise power after the step', () => {
    fc.assert(
      fc.property(betasArbitrary, (betas) => {
        const schedule = NoiseSchedule.fromBetas(betas);
        for (const { n, added, addedShare } of analyseSteps(schedule).slice(1)) {
          const power = 1 - schedule.alphaBars[n - 2]!;
          expect(added ** 2 / power).toBeCloseTo(addedShare, 6);
          expect(addedShare).toBeGreaterThan(0);
          expect(addedShare).toBeLessThan(1);
        }
      }),
    );
  });

  test('the published negative beta adds no noise', () => {
    const steps = analyseSteps(NoiseSchedule.fromBetas(referenceSchedules['ivanvovk-1000']!, { asPublished: true }));
    expect(steps[18]).toMatchObject({ n: 19, added: 0, addedShare: 0 });
    expect(steps[18]!.beta).toBeLessThan(0);
    expect(steps[18]!.gap).toBeLessThan(0);
  });
});
