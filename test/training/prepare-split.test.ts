import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Recording } from '../../src/training/prepare-choice.ts';
import { splitRecordings } from '../../src/training/prepare-split.ts';

const ABOUT = { sampleRate: 22050, channels: 1, length: 22050, peak: 0.5, rms: 0.1 };

function recordings(count: number): Recording[] {
  return Array.from({ length: count }, (_, i) => ({ ...ABOUT, path: `/r/${i}.wav`, hash: `sound ${i}` }));
}

const hashes = (those: readonly Recording[]) => those.map(({ hash }) => hash).toSorted();
const count = (wanted: number) => ({ kind: 'count', count: wanted }) as const;
const share = (wanted: number) => ({ kind: 'share', share: wanted }) as const;

describe('splitRecordings', () => {
  test.each([
    // A tenth, at least 1 and at most 20.
    [2, undefined, 1],
    [14, undefined, 1],
    [16, undefined, 2],
    [190, undefined, 19],
    [5000, undefined, 20],
    [100, count(7), 7],
    [8, count(7), 7],
    [618, share(0.05), 31],
    [10, share(0.01), 1],
    [10, share(0.99), 9],
  ])('of %d recordings, with %j, tests on %d', (all, size, expected) => {
    const split = splitRecordings(recordings(all), size, 0)!;
    expect([split.train.length, split.tested.length]).toEqual([all - expected, expected]);
  });

  test.each([
    [0, undefined],
    [1, undefined],
    [1, share(0.5)],
    [7, count(7)],
    [7, count(8)],
  ])('of %d recordings, with %j, leaves none to train on', (all, size) => {
    expect(splitRecordings(recordings(all), size, 0)).toBeUndefined();
  });

  test('tests on those whose SHA-256 with the seed is the smallest', () => {
    const all = recordings(30);
    const key = ({ hash }: Recording) => createHash('sha256').update(`5 ${hash}`).digest('hex');
    const smallest = all.toSorted((a, b) => (key(a) < key(b) ? -1 : 1)).slice(0, 4);
    expect(hashes(splitRecordings(all, count(4), 5)!.tested)).toEqual(hashes(smallest));
  });

  test('has each recording once, in its order, whatever the seed', () => {
    const sizes = fc.oneof(
      fc.constant(undefined),
      fc.integer({ min: 1, max: 39 }).map(count),
      fc.double({ min: 0.001, max: 0.999, noNaN: true }).map(share),
    );
    fc.assert(
      fc.property(fc.integer({ min: 40, max: 80 }), sizes, fc.nat(), (all, size, seed) => {
        const { train, tested } = splitRecordings(recordings(all), size, seed)!;
        const place = ({ path }: Recording) => Number.parseInt(path.slice(3), 10);
        for (const list of [train, tested]) {
          expect(list.length).toBeGreaterThan(0);
          expect(list.map(place)).toEqual(list.map(place).toSorted((a, b) => a - b));
        }
        expect(hashes([...train, ...tested])).toEqual(hashes(recordings(all)));
      }),
    );
  });

  test('depends neither on the order nor on the names, but on the seed', () => {
    const all = recordings(60);
    const tested = hashes(splitRecordings(all, count(10), 1)!.tested);
    const renamed = all.toReversed().map((recording, i) => ({ ...recording, path: `/other/${i}.flac` }));
    expect(hashes(splitRecordings(renamed, count(10), 1)!.tested)).toEqual(tested);
    expect(hashes(splitRecordings(all, count(10), 2)!.tested)).not.toEqual(tested);
  });

  test('changes by one recording at most where one is added', () => {
    const all = recordings(200);
    for (let n = 100; n < 200; n++) {
      const before = new Set(hashes(splitRecordings(all.slice(0, n), count(10), 3)!.tested));
      const after = hashes(splitRecordings(all.slice(0, n + 1), count(10), 3)!.tested);
      expect(after.filter((hash) => !before.has(hash)).length).toBeLessThanOrEqual(1);
    }
  });
});
