import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';

const steps = (least: number) =>
  fc.array(fc.double({ min: least, max: 2, noNaN: true }), { minLength: 1, maxLength: 8 });

/** exp(start), then steps up in ln. */
function rising(start: number, gaps: readonly number[]): number[] {
  let log = start;
  return gaps.map((gap, i) => {
    if (i > 0) log += gap;
    return Math.exp(log);
  });
}

const largestChange = (a: readonly number[], b: readonly number[]) =>
  Math.max(...a.map((x, i) => Math.abs(x / b[i]! - 1)));

test('levels come back from betas, and from sigmas, to 1e-12 relative', () => {
  fc.assert(
    fc.property(steps(1e-3), (gaps) => {
      const levels = rising(1e-3, gaps).map((x) => 1 / x);
      const schedule = NoiseSchedule.fromLevels(levels);
      expect(largestChange(schedule.levels, levels)).toBeLessThan(1e-12);
      expect(largestChange(NoiseSchedule.fromSigmas(schedule.sigmas).levels, levels)).toBeLessThan(1e-12);
    }),
  );
});

test('sigmas come back from levels to 1e-12 relative where they are 0.03 or more', () => {
  // Half an ulp of a level near 1 is 1.1e-16 of it, and dσ/σ = dℓ/ℓ · (1 + σ²)/σ²: at 0.03, 1.2e-13, and a few such roundings.
  fc.assert(
    fc.property(steps(1e-3), (gaps) => {
      const sigmas = rising(Math.log(0.03), gaps);
      const { levels } = NoiseSchedule.fromSigmas(sigmas);
      expect(largestChange(NoiseSchedule.fromLevels(levels).sigmas, sigmas)).toBeLessThan(1e-12);
    }),
  );
});
