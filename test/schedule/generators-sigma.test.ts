import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { cosine } from '../../src/schedule/generators/cosine.ts';
import { karras } from '../../src/schedule/generators/karras.ts';
import { polyexponential } from '../../src/schedule/generators/polyexponential.ts';
import { sigmoid } from '../../src/schedule/generators/sigmoid.ts';
import { uniformLogSnr } from '../../src/schedule/generators/uniform-log-snr.ts';
import type { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { largestRelativeDifference } from './fixtures.ts';

type Generator = (lo: number, hi: number, n: number, ...parameters: number[]) => NoiseSchedule;

const linspace = (from: number, to: number, n: number): number[] =>
  Array.from({ length: n }, (_, i) => from + (i * (to - from)) / (n - 1));

/** σ at n evenly spaced t, where ᾱ(t), a function that falls, gives lo to hi: its ends by bisection. */
function naiveFromAlphaBar(alphaBar: (t: number) => number, lo: number, hi: number, n: number): number[] {
  const sigmaAt = (t: number) => Math.sqrt((1 - alphaBar(t)) / alphaBar(t));
  const timeOf = (sigma: number): number => {
    let [below, above] = [0, 1];
    for (let i = 0; i < 60; i++) {
      const middle = (below + above) / 2;
      if (sigmaAt(middle) < sigma) below = middle;
      else above = middle;
    }
    return below;
  };
  return linspace(timeOf(lo), timeOf(hi), n).map(sigmaAt);
}

function naiveCosine(s: number): (t: number) => number {
  const f = (t: number) => Math.cos((((t + s) / (1 + s)) * Math.PI) / 2) ** 2;
  return (t) => f(t) / f(0);
}

// Algorithm 1 of arXiv 2301.10972, without its clipping.
function naiveSigmoid(start: number, end: number, tau: number): (t: number) => number {
  const S = (x: number) => 1 / (1 + Math.exp(-x));
  return (t) => (S(end / tau) - S((t * (end - start) + start) / tau)) / (S(end / tau) - S(start / tau));
}

/** Each family as its paper or k-diffusion's `sampling.py` writes it, whose schedules fall. */
const naive: Record<string, (lo: number, hi: number, n: number, ...parameters: number[]) => number[]> = {
  'uniform-log-snr': (lo, hi, n) => linspace(Math.log(hi), Math.log(lo), n).map(Math.exp).reverse(),
  karras: (lo, hi, n, rho = 7) => {
    const [minInvRho, maxInvRho] = [lo ** (1 / rho), hi ** (1 / rho)];
    return linspace(0, 1, n)
      .map((ramp) => (maxInvRho + ramp * (minInvRho - maxInvRho)) ** rho)
      .reverse();
  },
  polyexponential: (lo, hi, n, rho = 1) =>
    linspace(1, 0, n)
      .map((ramp) => Math.exp(ramp ** rho * (Math.log(hi) - Math.log(lo)) + Math.log(lo)))
      .reverse(),
  cosine: (lo, hi, n, s = 0.008) => naiveFromAlphaBar(naiveCosine(s), lo, hi, n),
  sigmoid: (lo, hi, n, start = -3, end = 3, tau = 1) => naiveFromAlphaBar(naiveSigmoid(start, end, tau), lo, hi, n),
};

interface Case {
  readonly generate: Generator;
  /** Parameters to compare with the naive formula at, beside the defaults. */
  readonly examples: readonly (readonly number[])[];
  /** Parameters in their whole range for n levels of that span of ln σ. */
  readonly parameters: (n: number, span: number) => fc.Arbitrary<number[]>;
}

const double = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** Log-uniform, with both ends. */
const between = (min: number, max: number) =>
  fc.oneof(
    { weight: 8, arbitrary: double(0, 1).map((t) => Math.min(max, Math.max(min, min ** (1 - t) * max ** t))) },
    fc.constantFrom(min, max),
  );

const cases: Record<string, Case> = {
  'uniform-log-snr': { generate: uniformLogSnr, examples: [], parameters: () => fc.constant([]) },
  karras: { generate: karras, examples: [[1], [0.5], [40]], parameters: () => fc.tuple(between(0.1, 100)) },
  polyexponential: {
    generate: polyexponential,
    examples: [[2], [0.3]],
    // The documented limit, ln(hi/lo)·(n − 1)^(−rho) ≥ 1e-14, to two decimals.
    parameters: (n, span) =>
      fc.tuple(between(0.1, n < 3 ? 100 : Math.min(100, Math.log(span / 1e-14) / Math.log(n - 1) - 0.01))),
  },
  cosine: { generate: cosine, examples: [[0], [0.2]], parameters: () => fc.tuple(double(0, 1)) },
  sigmoid: {
    generate: sigmoid,
    examples: [
      [-3, 3, 0.3],
      [0, 3, 1.1],
      [-2, 1, 0.9],
    ],
    parameters: () =>
      fc
        .tuple(double(-10, 9.999), between(1e-3, 20), between(0.1, 10))
        .map(([start, more, tau]) => [start, Math.min(10, start + more), tau]),
  },
};

describe.each(Object.entries(cases))('%s', (name, { generate, examples, parameters }) => {
  // Near the ends of the range the naive formulas lose digits: 1 − ᾱ is 1e-4 at σ = 0.01, of which float64 holds twelve.
  test.each([[], ...examples])('is the formula, with parameters %j', (...given) => {
    for (const [lo, hi, n] of [
      [0.01, 10, 7],
      [0.1, 0.7, 6],
      [0.5, 2, 2],
    ] as const) {
      const schedule = generate(lo, hi, n, ...given);
      expect(largestRelativeDifference(schedule.sigmas, naive[name]!(lo, hi, n, ...given))).toBeLessThan(1e-10);
      expect(schedule.name).toBe(`${name}-${n}`);
    }
  });

  test('is a schedule whose levels fall, between its ends, everywhere in its range', () => {
    const ends = fc
      .tuple(between(1e-9, 1e3), between(1e-6, 1e12))
      .map(([lo, more]) => [Math.min(lo, 1e3 / (1 + 1e-6)), more] as const)
      .map(([lo, more]) => [lo, Math.min(1e3, Math.max(lo * (1 + more), lo * (1 + 1e-6)))] as const);
    const asked = fc
      .tuple(ends, fc.oneof(fc.integer({ min: 2, max: 60 }), fc.integer({ min: 2, max: 3000 })))
      .chain(([[lo, hi], n]) => fc.tuple(fc.constant([lo, hi, n] as const), parameters(n, Math.log(hi / lo))));
    fc.assert(
      fc.property(asked, ([[lo, hi, n], given]) => checkSchedule(generate(lo, hi, n, ...given), lo, hi, n)),
      { numRuns: 300 },
    );
  });

  test.each([
    [1e-9, 1e3],
    [1e-9, 1e-9 * (1 + 1e-6)],
    [0.7, 0.7 * (1 + 1e-6)],
    [1e3 / (1 + 1e-6), 1e3],
  ])('has 100,000 levels from %d to %d', (lo, hi) => {
    checkSchedule(generate(lo, hi, 100_000), lo, hi, 100_000);
  });

  test('of one level is the upper end', () => {
    for (const lo of [0.01, 2]) {
      const { sigmas } = generate(lo, 2, 1);
      expect(largestRelativeDifference(sigmas, [2])).toBeLessThan(1e-15);
    }
  });

  test.each([
    [1e-10, 1, 6],
    [1, 1e4, 6],
    [0.5, 0.5, 2],
    [0.5, 0.5000001, 2],
    [0.7, 0.1, 6],
    [0.7, 0.1, 1],
    [-1, 1, 6],
    [Number.NaN, 1, 6],
    [1, Number.POSITIVE_INFINITY, 6],
  ])('refuses the range [%d, %d] for %d levels', (lo, hi, n) => {
    expect(() => generate(lo, hi, n)).toThrow(
      new InputError(
        `${name}: the range must be two sigmas from 1e-9 to 1000, the second at least 1.000001 times the first, got [${lo}, ${hi}]`,
      ),
    );
  });

  test.each([0, -1, 2.5, Number.NaN, 100_001])('refuses n = %d', (n) => {
    expect(() => generate(0.1, 0.2, n)).toThrow(
      new InputError(`${name}: n must be a whole number from 1 to 100000, got ${n}`),
    );
  });
});

/** Betas come to σ and back within 1e-9, the more exactly the smaller σ is. */
function checkSchedule({ betas, sigmas }: NoiseSchedule, lo: number, hi: number, n: number): void {
  expect(betas).toHaveLength(n);
  expect(betas.every((beta) => beta > 0 && beta < 1)).toBe(true);
  expect(sigmas.every((sigma, i) => i === 0 || sigma > sigmas[i - 1]!)).toBe(true);
  expect(largestRelativeDifference([sigmas[0]!, sigmas.at(-1)!], [lo, hi])).toBeLessThan(1e-9);
}

test.each<[string, () => NoiseSchedule, string]>([
  ['karras', () => karras(0.1, 1, 6, 0), 'karras: rho must lie between 0.1 and 100, got 0'],
  ['karras', () => karras(0.1, 1, 6, 101), 'karras: rho must lie between 0.1 and 100, got 101'],
  ['karras', () => karras(0.1, 1, 6, Number.NaN), 'karras: rho must lie between 0.1 and 100, got NaN'],
  ['polyexponential', () => polyexponential(1, 2, 6, -1), 'polyexponential: rho must lie between 0.1 and 100, got -1'],
  // ln(ln(10)/1e-14)/ln(999) = 4.787.
  [
    'polyexponential',
    () => polyexponential(0.1, 1, 1000, 4.79),
    'polyexponential: rho must be at most 4.78 for 1000 levels from 0.1 to 1 to differ in float64, got 4.79',
  ],
  ['cosine', () => cosine(0.1, 1, 6, -0.1), 'cosine: s must lie between 0 and 1, got -0.1'],
  ['cosine', () => cosine(0.1, 1, 6, 1.1), 'cosine: s must lie between 0 and 1, got 1.1'],
  ['sigmoid', () => sigmoid(0.1, 1, 6, -11), 'sigmoid: start must lie between -10 and 10, got -11'],
  ['sigmoid', () => sigmoid(0.1, 1, 6, -3, 11), 'sigmoid: end must lie between -10 and 10, got 11'],
  ['sigmoid', () => sigmoid(0.1, 1, 6, 3, 3), 'sigmoid: end must be at least 0.001 above start, got 3 for 3'],
  ['sigmoid', () => sigmoid(0.1, 1, 6, 3, 2), 'sigmoid: end must be at least 0.001 above start, got 2 for 3'],
  ['sigmoid', () => sigmoid(0.1, 1, 6, -3, 3, 0.01), 'sigmoid: tau must lie between 0.1 and 10, got 0.01'],
])('%s refuses a parameter out of range', (_, make, sentence) => {
  expect(make).toThrow(new InputError(sentence));
});

test('polyexponential with rho 1 is uniform log-SNR', () => {
  const pair = [polyexponential(1e-3, 5, 20), uniformLogSnr(1e-3, 5, 20)] as const;
  expect(largestRelativeDifference(pair[0].sigmas, pair[1].sigmas)).toBeLessThan(1e-13);
});

// As t goes to 0, σ² = 1/ᾱ − 1 becomes proportional to t: of f(t) that is its slope, of sigmoid too. Here t is 1e-13 and less, where
// ᾱ itself has no digits left; what the next order adds is 1e-11 and less.
test.each([
  ['cosine', cosine],
  ['sigmoid', sigmoid],
])('%s keeps its digits where alphaBar is nearly 1', (_, generate) => {
  const squares = linspace(1e-18, 1e-14, 9);
  expect(
    largestRelativeDifference(
      generate(1e-9, 1e-7, 9).sigmas.map((sigma) => sigma ** 2),
      squares,
    ),
  ).toBeLessThan(1e-10);
});
