import { expect, test } from 'vitest';
import type { Recording } from '../../src/training/prepare-choice.ts';
import { statistics } from '../../src/training/prepare-statistics.ts';

function recording(length: number, rms: number, peak: number, sampleRate = 100): Recording {
  return { path: '', hash: '', channels: 1, sampleRate, length, rms, peak };
}

test('of an odd number of recordings', () => {
  const all = [recording(300, 0.2, 0.5), recording(100, 0.1, 0.9), recording(200, 0.4, 0.7)];
  expect(statistics(all)).toEqual({
    recordings: 3,
    seconds: 6,
    shortest: 1,
    median: 2,
    longest: 3,
    // Of all samples, the mean of whose squares is (300 · 0.04 + 100 · 0.01 + 200 · 0.16) / 600.
    rms: expect.closeTo(Math.sqrt(45 / 600), 12),
    quietest: 0.1,
    loudest: 0.4,
    peak: 0.9,
  });
});

test('the median of an even number lies between the middle two', () => {
  const all = [4, 1, 10, 2].map((seconds) => recording(seconds * 100, 0.1, 0.2));
  expect(statistics(all)).toMatchObject({ median: 3, shortest: 1, longest: 10, seconds: 17 });
  expect(statistics(all.slice(0, 1))).toMatchObject({ median: 4, shortest: 4, longest: 4 });
});

test('seconds are at the rate of each recording', () => {
  expect(statistics([recording(100, 0.1, 0.2), recording(100, 0.1, 0.2, 50)]).seconds).toBe(3);
});
