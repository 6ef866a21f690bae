import { describe, expect, test } from 'vitest';
import { diagnose, sigmaOfLevel, warnings } from '../../src/schedule/diagnostics.ts';
import { linear } from '../../src/schedule/generators/linear.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { referenceSchedules } from './fixtures.ts';

function shipped(steps: number): NoiseSchedule {
  return NoiseSchedule.fromBetas(referenceSchedules[`ivanvovk-${steps}`]!, { asPublished: true });
}

describe('diagnose', () => {
  test('training ends at level 0.081, and training itself is inside what was trained', () => {
    const diagnostics = diagnose(linear(1e-6, 1e-2, 1000));
    expect(diagnostics.terminalLevel).toBeCloseTo(0.081, 3);
    expect(diagnostics.outsideTrained).toEqual({ count: 0, above: 0, below: 0 });
  });

  test('the shipped 6-step schedule starts at level 0.964, rises, and stays inside', () => {
    const diagnostics = diagnose(shipped(6));
    expect(diagnostics.terminalLevel).toBeCloseTo(0.964, 3);
    expect(diagnostics.rising).toBe(true);
    expect(diagnostics.outsideTrained.count).toBe(0);
  });

  test('the shipped 12-step schedule does not rise (6.9e-6 is followed by 5.3e-6)', () => {
    expect(diagnose(shipped(12)).rising).toBe(false);
  });

  test('equal betas count as rising', () => {
    expect(diagnose(NoiseSchedule.fromBetas([0.1, 0.1])).rising).toBe(true);
  });

  test('the smallest gap is the smallest difference of consecutive ln sigma', () => {
    const sigmas = [0.01, 0.1, 0.2, 2];
    expect(diagnose(NoiseSchedule.fromSigmas(sigmas)).smallestGap).toBeCloseTo(Math.LN2, 12);
  });

  test('one step has no gap', () => {
    expect(diagnose(NoiseSchedule.fromBetas([0.1])).smallestGap).toBe(Number.POSITIVE_INFINITY);
  });

  test('levels above the first and below the last trained one are counted apart', () => {
    const schedule = NoiseSchedule.fromLevels([0.99999999, 0.5, 0.05, 0.01]);
    expect(diagnose(schedule).outsideTrained).toEqual({ count: 3, above: 1, below: 2 });
    expect(diagnose(schedule, { terminalLevel: 0.02 }).outsideTrained).toEqual({ count: 2, above: 1, below: 1 });
  });

  test('the ends are the extremes of levels and σ, also where those do not fall in order', () => {
    for (const schedule of [shipped(1000), shipped(6)]) {
      const { leastNoisy, noisiest } = diagnose(schedule);
      expect([leastNoisy.level, noisiest.level]).toEqual([Math.max(...schedule.levels), Math.min(...schedule.levels)]);
      expect([leastNoisy.sigma, noisiest.sigma]).toEqual([Math.min(...schedule.sigmas), Math.max(...schedule.sigmas)]);
    }
  });

  test('JSON keeps all of it, with null for the gap that a single step does not have', () => {
    const diagnostics = diagnose(NoiseSchedule.fromBetas([0.1]));
    expect(JSON.parse(JSON.stringify(diagnostics))).toEqual({ ...diagnostics, smallestGap: null });
  });

  test.each([
    // The reference's float32 constants: the shipped 6-step schedule, 1e-7, and a division by zero.
    [referenceSchedules['ivanvovk-6']![0]!, 0.987],
    [1e-7, 0.839],
    [2e-8, Number.POSITIVE_INFINITY],
    // Not even a float32.
    [1e-46, Number.POSITIVE_INFINITY],
    [2 ** -10, 1],
  ])('a first beta of %d has a float32 gain of %d', (beta, gain) => {
    expect(diagnose(NoiseSchedule.fromBetas([beta])).float32Gain).toBeCloseTo(gain, 3);
  });
});

describe('warnings', () => {
  test('there are none for a schedule with nothing to warn of', () => {
    expect(warnings(diagnose(NoiseSchedule.fromBetas([1e-4, 1e-3, 1e-2, 5e-2, 0.2, 0.5])))).toEqual([]);
  });

  test('a gain off by 1.3 % is told, one off by 0.2 % is not', () => {
    expect(warnings(diagnose(shipped(6)))).toEqual([
      'In float32 the last reverse step scales its result by 0.987 instead of 1.',
    ]);
    // lmnt's first beta, 4.48e-6, has a gain of 1.0016.
    expect(warnings(diagnose(NoiseSchedule.fromBetas([4.47739327e-6, 0.4])))).toEqual([]);
  });

  test('a division by zero is told as one', () => {
    expect(warnings(diagnose(NoiseSchedule.fromBetas([2e-8])))).toContain(
      'In float32 the last reverse step divides by zero.',
    );
  });

  test('levels outside training are told with the level where it ends, and by how much they are', () => {
    // σ = sqrt(1/ℓ² − 1): at 0.99999999 1.414e-4, at 0.01 99.995; the trained ends are 1e-3 and sqrt(1/0.08138² − 1) = 12.25.
    const found = warnings(diagnose(NoiseSchedule.fromLevels([0.99999999, 0.05, 0.01])));
    expect(found).toContain(
      '1 level is less noisy than the first trained level, 0.99999950; the least noisy is 0.99999999 (σ 0.000141 against 0.00100).',
    );
    expect(found).toContain(
      '2 levels are noisier than the last trained level, 0.0814; the noisiest is 0.0100 (σ 100 against 12.2).',
    );
  });

  test('the range told is that of the model', () => {
    const trained = { firstLevel: 0.999, terminalLevel: 0.5 };
    const [above, below] = warnings(diagnose(NoiseSchedule.fromLevels([0.9999, 0.4]), trained));
    expect(above).toContain('first trained level, 0.99900000; the least noisy is 0.99990000 (σ 0.0141 against 0.0448)');
    expect(below).toContain('last trained level, 0.500; the noisiest is 0.400 (σ 2.29 against 1.73)');
  });

  test('the published 1000 steps, whose beta_19 is negative, are told not to fall at every step', () => {
    const found = warnings(diagnose(shipped(1000)));
    expect(found).toContain('The levels do not fall at every step.');
    expect(found).toContain('The betas do not rise throughout.');
  });
});

test('betas that fall throughout may be in reverse order, or levels', () => {
  const sentence = 'The betas fall throughout: they may be in reverse order, or levels.';
  const shippedBackwards = NoiseSchedule.fromBetas([...shipped(6)].reverse());
  const levels = NoiseSchedule.fromBetas(shipped(6).levels);
  for (const schedule of [shippedBackwards, levels]) expect(warnings(diagnose(schedule))).toContain(sentence);
  expect(warnings(diagnose(NoiseSchedule.fromBetas([0.2, 0.1, 0.15])))).not.toContain(sentence);
});

test('sigmaOfLevel is what a schedule of that level has', () => {
  for (const level of [0.9999995, 0.9, 0.5, 0.0814]) {
    expect(sigmaOfLevel(level) / NoiseSchedule.fromLevels([level]).sigmas[0]!).toBeCloseTo(1, 9);
  }
});
