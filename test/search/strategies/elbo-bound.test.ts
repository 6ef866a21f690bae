import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import {
  type Bound,
  bound,
  type ErrorTable,
  jumpCost,
  lastJumpCost,
} from '../../../src/search/strategies/elbo/bound.ts';
import { oracleErrors, oracleScore } from '../../schedule/oracle.ts';

/** The bound of a schedule, from the definition of each jump, given the error at each of its σ. */
function boundOf(sigmas: readonly number[], errors: readonly number[], decoderVariance: number): number {
  return sigmas.reduce((sum, sigma, i) => {
    if (i === 0) return lastJumpCost(errors[0]!, decoderVariance);
    return sum + jumpCost(sigmas[i - 1]! ** -2, sigma ** -2, errors[i]!);
  }, 0);
}

/** All rising choices of `count` of the first `below` indices. */
function choices(count: number, below: number): number[][] {
  if (count === 0) return [[]];
  const lasts = Array.from({ length: below }, (_, last) => last);
  return lasts.flatMap((last) => choices(count - 1, last).map((rest) => [...rest, last]));
}

const anyTable = fc
  .array(fc.tuple(fc.double({ min: 0.05, max: 1, noNaN: true }), fc.double({ min: -9, max: 0, noNaN: true })), {
    minLength: 1,
    maxLength: 9,
  })
  .map((rows): ErrorTable => {
    let sigma = 1e-3;
    return {
      sigmas: rows.map(([step]) => {
        sigma *= Math.exp(step);
        return sigma;
      }),
      errors: rows.map(([, exponent]) => 10 ** exponent),
    };
  });
const anyVariance = fc.double({ min: -9, max: -3, noNaN: true }).map((exponent) => 10 ** exponent);

test('it is the best of all subsets of the levels, for every number of steps and noisiest level', () => {
  fc.assert(
    fc.property(anyTable, anyVariance, ({ sigmas, errors }, variance) => {
      const found = bound({ sigmas, errors }, sigmas.length, variance);
      const at = (path: readonly number[]) =>
        boundOf(
          path.map((i) => sigmas[i]!),
          path.map((i) => errors[i]!),
          variance,
        );
      for (let steps = 1; steps <= sigmas.length; steps++) {
        for (let terminal = steps - 1; terminal < sigmas.length; terminal++) {
          const best = Math.min(...choices(steps - 1, terminal).map((rest) => at([...rest, terminal])));
          const scale = 1e-12 * (Math.abs(best) + 1);
          expect(Math.abs(found.cost(steps, terminal) - best)).toBeLessThan(scale);
          const schedule = found.sigmas(steps, terminal);
          expect(schedule).toHaveLength(steps);
          expect(schedule.at(-1)).toBe(sigmas[terminal]);
          expect(Math.abs(at(schedule.map((sigma) => sigmas.indexOf(sigma))) - best)).toBeLessThan(scale);
        }
      }
    }),
    { numRuns: 30 },
  );
});

test('a jump costs what the general form says', () => {
  const anyLogSigma = fc.double({ min: Math.log(3e-4), max: Math.log(12), noNaN: true });
  fc.assert(
    fc.property(anyLogSigma, anyLogSigma, fc.double({ min: 1e-9, max: 1, noNaN: true }), (a, b, error) => {
      // Where the two levels, or a level and clean data, nearly coincide, 1 − ᾱ and β lose what the short form keeps.
      fc.pre(Math.abs(a - b) > 0.1 && Math.min(a, b) > Math.log(0.02));
      const [s, r] = [Math.exp(Math.min(a, b)), Math.exp(Math.max(a, b))];
      const [alphaBarS, alphaBarR] = [1 / (1 + s * s), 1 / (1 + r * r)];
      const beta = 1 - alphaBarR / alphaBarS;
      const posteriorVariance = (beta * (1 - alphaBarS)) / (1 - alphaBarR);
      const general = ((alphaBarS * beta ** 2) / ((1 - alphaBarR) ** 2 * posteriorVariance) / 2) * error;
      expect(Math.abs(jumpCost(s ** -2, r ** -2, error) / general - 1)).toBeLessThan(1e-10);
    }),
  );
});

// −ln of the density of N(0, δ²), whose mean over y0 with E‖y0 − ŷ0‖² = R is the cost: at δ² = 1/(2π) the normaliser is 1.
test('the last jump costs the negative logarithm of a Gaussian density', () => {
  expect(lastJumpCost(0.25, 1 / (2 * Math.PI))).toBeCloseTo(Math.PI / 4, 14);
  const density = (x: number, variance: number) =>
    Math.exp(-(x * x) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);
  expect(lastJumpCost(0.3 ** 2, 0.04)).toBeCloseTo(-Math.log(density(0.3, 0.04)), 14);
});

describe('on the Gaussian oracle, 120 levels from 3e-4 to 12.25', () => {
  const sigmas = Array.from({ length: 120 }, (_, i) => 3e-4 * (12.25 / 3e-4) ** (i / 119));
  const table: ErrorTable = { sigmas, errors: sigmas.map((sigma) => oracleErrors(sigma)[0]) };
  const score = (schedule: readonly number[]) => oracleScore(NoiseSchedule.fromSigmas(schedule).betas);
  const scanned = (found: Bound, steps: number) =>
    Math.min(...sigmas.slice(steps - 1).map((_, i) => score(found.sigmas(steps, steps - 1 + i))));

  // The design's oracle table.
  it.each([
    [6, 5.15, 3.19],
    [12, 3.06, 1.85],
  ])('%i steps score %f dB pinned to the training end with δ² = 1e-6, %f dB scanned with 1e-7', (steps, end, scan) => {
    expect(Math.abs(score(bound(table, 12, 1e-6).sigmas(steps, 119)) - end)).toBeLessThan(0.05);
    expect(Math.abs(scanned(bound(table, 12, 1e-7), steps) - scan)).toBeLessThan(0.05);
  });

  // A jump split in two costs less, for the error rises with σ.
  it('is lower with more steps', () => {
    const found = bound(table, 50, 1e-7);
    for (let steps = 2; steps <= 50; steps++) {
      expect(found.cost(steps, 119)).toBeLessThan(found.cost(steps - 1, 119));
    }
  });

  it('gives each number of steps what it gives it alone', () => {
    const all = bound(table, 25, 1e-7);
    for (const steps of [1, 3, 6, 25]) {
      const alone = bound(table, steps, 1e-7);
      expect(all.sigmas(steps, 80)).toEqual(alone.sigmas(steps, 80));
      expect(all.cost(steps, 80)).toBe(alone.cost(steps, 80));
    }
  });
});

describe('what it refuses', () => {
  const table: ErrorTable = { sigmas: [0.1, 0.2], errors: [1e-3, 2e-3] };

  test.each([
    [{ sigmas: [], errors: [] }, 1e-7, 'bound: an error for each σ was expected, got 0 for 0'],
    [{ sigmas: [1, 2], errors: [1] }, 1e-7, 'bound: an error for each σ was expected, got 1 for 2'],
    [{ sigmas: [0.2, 0.1], errors: [1, 1] }, 1e-7, 'bound: sigma_2 must be finite and above 0.2, got 0.1'],
    [{ sigmas: [0, 0.1], errors: [1, 1] }, 1e-7, 'bound: sigma_1 must be finite and above 0, got 0'],
    [
      { sigmas: [1, Number.POSITIVE_INFINITY], errors: [1, 1] },
      1e-7,
      'bound: sigma_2 must be finite and above 1, got Infinity',
    ],
    [
      { sigmas: [1, 2], errors: [1, Number.NaN] },
      1e-7,
      'bound: the error at sigma_2 must be positive and finite, got NaN',
    ],
    [table, 0, 'bound: δ² must be positive and finite, got 0'],
  ])('%j with δ² = %f', (bad, variance, message) => {
    expect(() => bound(bad, 2, variance)).toThrow(message);
  });

  test('a number of steps that is none', () => {
    expect(() => bound(table, 0, 1e-7)).toThrow(
      'bound: the number of steps must be a whole number from 1 to 100000, got 0',
    );
  });

  test('more steps than levels below the noisiest', () => {
    const found = bound(table, 3, 1e-7);
    expect(found.cost(2, 0)).toBe(Number.POSITIVE_INFINITY);
    expect(found.cost(3, 1)).toBe(Number.POSITIVE_INFINITY);
    expect(() => found.sigmas(2, 0)).toThrow(new RangeError('bound: no 2 of 2 levels end at index 0'));
    expect(() => found.sigmas(1, 2)).toThrow(new RangeError('bound: no 1 of 2 levels end at index 2'));
  });
});
