import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from './arbitraries.ts';

describe('conversions', () => {
  test('alphaBars, levels and sigmas are what the definitions give for betas 0.5, 0.5', () => {
    const schedule = NoiseSchedule.fromBetas([0.5, 0.5]);
    expect(schedule.length).toBe(2);
    // By hand: ᾱ = 1/2, 1/4; σ² = 1, 3.
    for (const [got, expected] of [
      [schedule.alphaBars, [1 / 2, 1 / 4]],
      [schedule.levels, [Math.sqrt(1 / 2), 1 / 2]],
      [schedule.sigmas, [1, Math.sqrt(3)]],
    ] as const) {
      got.forEach((value, i) => {
        expect(value).toBeCloseTo(expected[i]!, 14);
      });
    }
  });

  test('the alphaBars of any betas are their running product', () => {
    fc.assert(
      fc.property(betasArbitrary, (betas) => {
        let product = 1;
        NoiseSchedule.fromBetas(betas).alphaBars.forEach((alphaBar, i) => {
          product *= 1 - betas[i]!;
          expect(Math.abs(alphaBar / product - 1)).toBeLessThan(1e-13);
        });
      }),
    );
  });

  test.each([1e-7, 0.7])('a beta of %d comes back from its sigma to 1e-12 relative', (beta) => {
    const { sigmas } = NoiseSchedule.fromBetas([beta]);
    expect(Math.abs(NoiseSchedule.fromSigmas(sigmas).betas[0]! / beta - 1)).toBeLessThan(1e-12);
  });

  test('betas come back from sigmas: to 1e-12 relative where sigma grows by a hundredth, else to 1e-14', () => {
    fc.assert(
      fc.property(betasArbitrary, (betas) => {
        const { sigmas } = NoiseSchedule.fromBetas(betas);
        // A step too small for float64's sigma is refused, not returned as zero.
        fc.pre(sigmas.every((sigma, i) => i === 0 || sigma > sigmas[i - 1]!));
        NoiseSchedule.fromSigmas(sigmas).betas.forEach((beta, i) => {
          const grows = i === 0 || sigmas[i]! / sigmas[i - 1]! > 1.01;
          expect(Math.abs(beta - betas[i]!)).toBeLessThan(grows ? 1e-12 * betas[i]! : 1e-14);
        });
      }),
    );
  });

  test('betas come back from levels to 1e-12', () => {
    fc.assert(
      fc.property(betasArbitrary, (betas) => {
        NoiseSchedule.fromLevels(NoiseSchedule.fromBetas(betas).levels).betas.forEach((beta, i) => {
          expect(Math.abs(beta - betas[i]!)).toBeLessThan(1e-12);
        });
      }),
    );
  });

  test('sigmas come back from betas to 1e-12 relative', () => {
    const steps = fc.array(fc.double({ min: 0.01, max: 3, noNaN: true }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(steps, (gaps) => {
        let logSigma = -8;
        const sigmas = gaps.map((gap) => {
          logSigma += gap;
          return Math.exp(logSigma);
        });
        NoiseSchedule.fromSigmas(sigmas).sigmas.forEach((sigma, i) => {
          expect(Math.abs(sigma / sigmas[i]! - 1)).toBeLessThan(1e-12);
        });
      }),
    );
  });
});

describe('what it carries', () => {
  test('iterates over its betas and has the default name, source and clamp', () => {
    const schedule = NoiseSchedule.fromBetas([0.1, 0.2]);
    expect([...schedule]).toEqual([0.1, 0.2]);
    expect(schedule).toMatchObject({ name: 'custom-2', source: '', clamp: 'x0' });
  });

  test('JSON holds what it was made from', () => {
    const about = { name: 'mine', source: 'a paper', clamp: 'state' } as const;
    expect(JSON.parse(JSON.stringify(NoiseSchedule.fromBetas([0.1], about)))).toEqual({ ...about, betas: [0.1] });
  });

  test('neither its betas nor the array it was made from can change it', () => {
    const given = [0.1, 0.2];
    const schedule = NoiseSchedule.fromBetas(given);
    given[0] = 0.9;
    expect(() => (schedule.betas as number[]).push(0.3)).toThrow(TypeError);
    expect(schedule.betas).toEqual([0.1, 0.2]);
  });
});

describe('checks', () => {
  test('names the schedule and the position of a beta out of range', () => {
    expect(() => NoiseSchedule.fromBetas([0.1, 0.2, 1.2], { name: 'ivanvovk-6' })).toThrow(
      new InputError('schedule ivanvovk-6: beta_3 must lie strictly between 0 and 1, got 1.2'),
    );
  });

  test.each([0, 1, -0.1, Number.NaN, Number.POSITIVE_INFINITY])('refuses a beta of %d', (beta) => {
    expect(() => NoiseSchedule.fromBetas([0.1, beta])).toThrow(/beta_2 must lie strictly between 0 and 1, got/);
  });

  test.each(['fromBetas', 'fromLevels', 'fromSigmas'] as const)('%s refuses no numbers at all', (from) => {
    expect(() => NoiseSchedule[from]([])).toThrow(/at least one beta, got none/);
  });

  test.each([
    [[1, 0.5], 'level_1 must lie strictly between 0 and 1, got 1'],
    [[0.9, 0.9], 'level_2 must lie strictly between 0 and 0.9, got 0.9'],
    [[0.9, 0], 'level_2 must lie strictly between 0 and 0.9, got 0'],
    [[Number.NaN], 'level_1 must lie strictly between 0 and 1, got NaN'],
  ])('refuses levels %j', (levels, sentence) => {
    expect(() => NoiseSchedule.fromLevels(levels)).toThrow(new InputError(`schedule: ${sentence}`));
  });

  test.each([
    [[0, 1], 'sigma_1 must be finite and above 0, got 0'],
    [[1, 1], 'sigma_2 must be finite and above 1, got 1'],
    [[1, Number.POSITIVE_INFINITY], 'sigma_2 must be finite and above 1, got Infinity'],
    [[1, Number.NaN], 'sigma_2 must be finite and above 1, got NaN'],
  ])('refuses sigmas %j', (sigmas, sentence) => {
    expect(() => NoiseSchedule.fromSigmas(sigmas)).toThrow(new InputError(`schedule: ${sentence}`));
  });

  test('refuses betas that leave no signal in float64', () => {
    // 0.1^305 is below 1e-304.
    expect(() => NoiseSchedule.fromBetas(Array.from({ length: 400 }, () => 0.9))).toThrow(
      /alphaBar_305 must stay above 1e-304/,
    );
  });

  test('lets a published beta be a float32 rounding below zero, and no further', () => {
    const published = { asPublished: true };
    expect(NoiseSchedule.fromBetas([1e-6, -1.4e-7], published).toJSON()).toMatchObject(published);
    expect(() => NoiseSchedule.fromBetas([1e-6, -3e-7], published)).toThrow(/beta_2 must lie/);
    expect(() => NoiseSchedule.fromBetas([1e-7, -1.4e-7], published)).toThrow(/alphaBar_2 must be below 1/);
  });
});
