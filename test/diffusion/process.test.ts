import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { processConstants } from '../../src/diffusion/process.ts';
import { golden } from '../model/tiny.ts';
import { referenceSchedules } from '../schedule/fixtures.ts';

/** Any betas whose ᾱ_N stays above 1e-24, in any order. */
const anyBetas = fc.array(fc.double({ min: 1e-8, max: 0.99, noNaN: true }), { minLength: 1, maxLength: 12 });

describe('in float32', () => {
  const constants = processConstants(golden('diffusion/betas'), 'float32');

  test.each([
    ['alphas_cumprod', constants.alphaBars],
    ['sqrt_alphas_cumprod_prev', Float64Array.of(1, ...constants.noiseLevels)],
    ['posterior_mean_coef1', constants.meanFromClean],
    ['posterior_mean_coef2', constants.meanFromState],
    ['posterior_log_variance_clipped', constants.logVariance],
  ])("%s is the reference's to 1e-7", (name, ours) => {
    const reference = golden(`diffusion/${name}`);
    expect(ours).toHaveLength(reference.length);
    ours.forEach((value, i) => {
      expect(Math.abs(value - reference[i]!)).toBeLessThanOrEqual(1e-7 * Math.abs(reference[i]!));
    });
  });

  test("ᾱ over 50 steps is PyTorch's, bit for bit", () => {
    const file = new URL('../fixtures/float32-alphas-cumprod.json', import.meta.url);
    const cumprod = JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[]>;
    for (const [name, expected] of Object.entries(cumprod)) {
      expect([...processConstants(referenceSchedules[name]!, 'float32').alphaBars]).toEqual(expected);
    }
    expect(Object.keys(cumprod)).toEqual(['ivanvovk-50']);
  });

  test.each([
    ["the shipped schedule's", 1e-6, 0.987],
    ['a smaller', 1e-7, 0.84],
  ])('%s first step loses signal, as in the reference', (_, beta, gain) => {
    expect(processConstants([beta], 'float32').meanFromClean[0]).toBeCloseTo(gain, 2);
  });

  test('a first beta of 2e-8 divides by zero, as in the reference', () => {
    expect(processConstants([2e-8], 'float32').meanFromClean[0]).toBe(Number.POSITIVE_INFINITY);
  });

  test('every constant is a float32 number', () => {
    for (const values of Object.values(constants) as Float64Array[]) expect(values).toEqual(values.map(Math.fround));
  });
});

describe('in float64', () => {
  test.each([1e-12, 1e-8, 1e-4, 0.5])('β_1 / (1 − ᾱ_1) is 1 for β_1 = %d', (beta) => {
    expect(Math.abs(processConstants([beta], 'float64').meanFromClean[0]! - 1)).toBeLessThan(1e-12);
  });

  test('ᾱ_n is the product of 1 − β, ℓ_n its root', () => {
    const { alphaBars, noiseLevels } = processConstants([0.25, 0.5, 0.2], 'float64');
    [0.75, 0.375, 0.3].forEach((alphaBar, i) => {
      expect(alphaBars[i]).toBeCloseTo(alphaBar, 14);
      expect(noiseLevels[i]).toBeCloseTo(Math.sqrt(alphaBar), 14);
    });
  });

  test('the clean signal is recovered from y_n and the true noise', () => {
    fc.assert(
      fc.property(anyBetas, (betas) => {
        const { alphaBars, noiseLevels, signalGain, noiseGain } = processConstants(betas, 'float64');
        alphaBars.forEach((alphaBar, i) => {
          // y_n = ℓ_n y0 + sqrt(1 − ᾱ_n) ε, with (y0, ε) = (1, 0) and (0, 1).
          expect(signalGain[i]! * noiseLevels[i]!).toBeCloseTo(1, 12);
          // To 1e-16 / β_1 only, the rounding of 1 − ᾱ in this test.
          expect(noiseGain[i]! / (signalGain[i]! * Math.sqrt(1 - alphaBar))).toBeCloseTo(1, 7);
        });
      }),
    );
  });

  test('the posterior mean takes ℓ_n y0 to ℓ_{n−1} y0', () => {
    fc.assert(
      fc.property(anyBetas, (betas) => {
        const { noiseLevels, meanFromClean, meanFromState } = processConstants(betas, 'float64');
        betas.forEach((_, i) => {
          const before = i === 0 ? 1 : noiseLevels[i - 1]!;
          expect(Math.abs((meanFromClean[i]! + meanFromState[i]! * noiseLevels[i]!) / before - 1)).toBeLessThan(1e-12);
        });
      }),
    );
  });

  test('the posterior takes noise of variance 1 − ᾱ_n to 1 − ᾱ_{n−1}', () => {
    fc.assert(
      fc.property(anyBetas, (betas) => {
        const { alphaBars, meanFromState, logVariance } = processConstants(betas, 'float64');
        for (let i = 1; i < betas.length; i++) {
          const variance = meanFromState[i]! ** 2 * (1 - alphaBars[i]!) + Math.exp(logVariance[i]!);
          // 1 − ᾱ in double precision is only good to 1e-16 by itself.
          expect(Math.abs(variance - (1 - alphaBars[i - 1]!))).toBeLessThan(1e-14);
        }
      }),
    );
  });

  test('tiny betas keep their digits', () => {
    // β̃_2 = β_2 β_1 / (β_1 + β_2 − β_1 β_2), for n = 2.
    const { logVariance } = processConstants([1e-12, 3e-12], 'float64');
    expect(Math.exp(logVariance[1]!) / 7.5e-13).toBeCloseTo(1, 10);
  });
});

test.each(['float64', 'float32'] as const)('the variance of the last step is floored at 1e-20 in %s', (precision) => {
  expect(processConstants([1e-3, 0.1], precision).logVariance[0]).toBeCloseTo(Math.log(1e-20), 5);
});
