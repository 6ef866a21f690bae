import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { scheduleDistance } from '../../../src/schedule/analysis/distance.ts';
import { expandSchedule } from '../../../src/schedule/expand.ts';
import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { betasArbitrary } from '../arbitraries.ts';

const fromSigmas = (sigmas: number[]) => NoiseSchedule.fromSigmas(sigmas);

describe('scheduleDistance', () => {
  test('is the root mean square and the largest difference of ln sigma', () => {
    // Differences 0, ln 2 and ln 4: the squares' mean is 5/3 · (ln 2)².
    const { rms, largest } = scheduleDistance(fromSigmas([0.01, 0.1, 1]), fromSigmas([0.01, 0.2, 4]));
    expect(rms).toBeCloseTo(Math.sqrt(5 / 3) * Math.LN2, 9);
    expect(largest).toBeCloseTo(Math.log(4), 9);
  });

  test('reads the shorter one at as many places as the longer one has steps', () => {
    // Of 0.01 … 1 the middle is 0.1; of the longer one it is 0.2.
    const { rms, largest } = scheduleDistance(fromSigmas([0.01, 1]), fromSigmas([0.01, 0.2, 1]));
    expect(largest).toBeCloseTo(Math.LN2, 9);
    expect(rms).toBeCloseTo(Math.LN2 / Math.sqrt(3), 9);
  });

  test('a single step counts everywhere', () => {
    const { rms, largest } = scheduleDistance(fromSigmas([0.1]), fromSigmas([0.1, 0.2, 0.4]));
    expect(largest).toBeCloseTo(Math.log(4), 9);
    expect(rms).toBeCloseTo(Math.sqrt(5 / 3) * Math.LN2, 9);
  });

  test('a schedule and its log-linear expansion through its own steps are the same', () => {
    const schedule = fromSigmas([0.001, 0.02, 0.3, 4]);
    expect(scheduleDistance(schedule, expandSchedule(schedule, 7, 'log-linear')).largest).toBeLessThan(1e-9);
  });

  test('is symmetric, 0 for a schedule and itself, and its root mean square is at most its largest', () => {
    fc.assert(
      fc.property(betasArbitrary, betasArbitrary, (first, second) => {
        const [a, b] = [NoiseSchedule.fromBetas(first), NoiseSchedule.fromBetas(second)];
        const there = scheduleDistance(a, b);
        expect(scheduleDistance(b, a)).toEqual(there);
        expect(scheduleDistance(a, a)).toEqual({ rms: 0, largest: 0 });
        expect(there.rms).toBeLessThanOrEqual(there.largest * (1 + 1e-12));
      }),
    );
  });
});
