import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  describeExpansion,
  EXPANSION_METHODS,
  type ExpansionMethod,
  expandSchedule,
} from '../../src/schedule/expand.ts';
import { fibonacci } from '../../src/schedule/generators/fibonacci.ts';
import { NoiseSchedule } from '../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from './arbitraries.ts';
import { referenceSchedules } from './fixtures.ts';
import { oracleScore } from './oracle.ts';

const shipped25 = fibonacci(1e-6, 2e-6, 25);

describe('on the Gaussian oracle', () => {
  test('the shipped schedules score what they are known to', () => {
    expect(Math.abs(oracleScore(referenceSchedules['ivanvovk-6']!) - 3.78)).toBeLessThan(0.05);
    expect(Math.abs(oracleScore(referenceSchedules['ivanvovk-12']!) - 2.81)).toBeLessThan(0.05);
    expect(Math.abs(oracleScore(shipped25.betas) - 1.776)).toBeLessThan(0.002);
  });

  test.each([
    ['repeat', 1.41],
    ['split', 1.047],
    ['log-linear', 1.27],
  ] as const)('25 -> 50 by %s scores %d dB', (method, score) => {
    expect(Math.abs(oracleScore(expandSchedule(shipped25, 50, method).betas) - score)).toBeLessThan(0.002);
  });
});

describe('counts', () => {
  test('element i is used floor((i + 1) M/N) − floor(i M/N) times', () => {
    // N = 3, M = 5: floors 0, 1, 3, 5.
    expect(expandSchedule(NoiseSchedule.fromBetas([0.1, 0.2, 0.3]), 5, 'repeat').betas).toEqual([
      0.1, 0.2, 0.2, 0.3, 0.3,
    ]);
  });

  test('every method makes the count asked for', () => {
    const anyMethod = fc.constantFrom(...EXPANSION_METHODS);
    fc.assert(
      fc.property(fc.integer({ min: 25, max: 300 }), anyMethod, (count, method) => {
        expect(expandSchedule(shipped25, count, method).length).toBe(count);
      }),
    );
  });

  test.each(EXPANSION_METHODS)('%s to the same count changes nothing', (method) => {
    const same = expandSchedule(shipped25, 25, method).betas;
    same.forEach((beta, i) => {
      expect(Math.abs(beta / shipped25.betas[i]! - 1)).toBeLessThan(1e-12);
    });
  });
});

describe('what it keeps', () => {
  test('split keeps alphaBar_N to 1e-12', () => {
    fc.assert(
      fc.property(betasArbitrary, fc.integer({ min: 0, max: 50 }), (betas, more) => {
        const before = NoiseSchedule.fromBetas(betas);
        const after = expandSchedule(before, betas.length + more, 'split');
        expect(Math.abs(after.alphaBars.at(-1)! / before.alphaBars.at(-1)! - 1)).toBeLessThan(1e-12);
      }),
    );
  });

  test('log-linear keeps the first and last sigma to 1e-12 and interpolates ln sigma, up and down', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 80 }), (count) => {
        const { sigmas } = expandSchedule(shipped25, count, 'log-linear');
        expect(Math.abs(sigmas[0]! / shipped25.sigmas[0]! - 1)).toBeLessThan(1e-12);
        expect(Math.abs(sigmas.at(-1)! / shipped25.sigmas.at(-1)! - 1)).toBeLessThan(1e-12);
      }),
    );
    // A middle point between the 1st and 2nd is their geometric mean.
    const [first, second] = shipped25.sigmas;
    const { sigmas } = expandSchedule(shipped25, 49, 'log-linear');
    expect(sigmas[1]).toBeCloseTo(Math.sqrt(first! * second!), 12);
  });

  test('log-linear to one step keeps the noisiest', () => {
    const [only] = expandSchedule(shipped25, 1, 'log-linear').levels;
    expect(only).toBeCloseTo(shipped25.levels.at(-1)!, 12);
  });

  test('repeat k times makes alphaBar_N its k-th power', () => {
    const before = shipped25.alphaBars.at(-1)!;
    expect(expandSchedule(shipped25, 75, 'repeat').alphaBars.at(-1)).toBeCloseTo(before ** 3, 12);
  });

  test('the clamp stays, and name and source say what was done', () => {
    const before = NoiseSchedule.fromBetas([0.1, 0.2], { name: 'two', source: 'a paper', clamp: 'state' });
    expect(expandSchedule(before, 4)).toMatchObject({
      name: 'two-split-4',
      source: 'two (a paper), 2 to 4 steps by split',
      clamp: 'state',
    });
  });

  test('the published 1000 steps can be split, with their negative beta', () => {
    const before = NoiseSchedule.fromBetas(referenceSchedules['ivanvovk-1000']!, { asPublished: true });
    const after = expandSchedule(before, 2000);
    expect(Math.abs(after.alphaBars.at(-1)! / before.alphaBars.at(-1)! - 1)).toBeLessThan(1e-12);
  });
});

describe('checks', () => {
  test.each(['split', 'repeat'] as const)('%s refuses fewer steps than there are', (method) => {
    expect(() => expandSchedule(shipped25, 24, method)).toThrow(
      `expand fibonacci-25: ${method} needs at least its 25 steps, got 24 (log-linear can take fewer)`,
    );
  });

  test.each([0, 2.5, Number.NaN])('refuses a count of %d', (count) => {
    expect(() => expandSchedule(shipped25, count)).toThrow(/count must be a whole number from 1 to 100000/);
  });

  test('refuses a method that does not exist', () => {
    expect(() => expandSchedule(shipped25, 50, 'cubic' as ExpansionMethod)).toThrow(
      'method must be one of split, repeat, log-linear, got cubic',
    );
  });

  test('log-linear refuses to interpolate a single step', () => {
    expect(() => expandSchedule(NoiseSchedule.fromBetas([0.1]), 2, 'log-linear')).toThrow(/needs two steps/);
  });
});

describe('describeExpansion', () => {
  test('says that split keeps the terminal level', () => {
    expect(describeExpansion(shipped25, expandSchedule(shipped25, 50))).toBe(
      '25 -> 50 steps keeps the terminal level at 0.8476.',
    );
  });

  test('says where repeat moves it', () => {
    // 0.84765² = 0.71851.
    expect(describeExpansion(shipped25, expandSchedule(shipped25, 50, 'repeat'))).toBe(
      '25 -> 50 steps moves the terminal level from 0.8476 to 0.7185.',
    );
  });

  test('warns when that leaves the trained range', () => {
    // 0.84765^40 = 0.001345; the product of 1 − linspace(1e-6, 1e-2, 1000) has the square root 0.08138.
    expect(describeExpansion(shipped25, expandSchedule(shipped25, 1000, 'repeat'))).toBe(
      '25 -> 1000 steps moves the terminal level from 0.8476 to 0.001345, ' +
        'warning: that is below 0.08138, the noisiest level of training.',
    );
  });
});
