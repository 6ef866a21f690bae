import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BatchRow, createBatches, stepsPerEpoch } from '../../src/training/batches.ts';

const KEY = { seed: 3, attempt: 0 };

/** The recordings of an epoch, in order. */
function epochOf(clips: number, rows: number, epoch: number, key = KEY): number[] {
  const rowsOf = createBatches(clips, rows, key);
  const steps = stepsPerEpoch(clips, rows);
  return Array.from({ length: steps }, (_, i) => rowsOf(epoch * steps + i)).flatMap((batch) =>
    batch.map(({ clip }) => clip),
  );
}

describe('an epoch', () => {
  test('takes each recording at most once, and each where they fill the batches', () => {
    const sizes = fc.integer({ min: 1, max: 60 });
    fc.assert(
      fc.property(sizes, sizes, fc.integer({ min: 0, max: 5 }), (clips, rows, epoch) => {
        fc.pre(clips >= rows);
        const taken = epochOf(clips, rows, epoch);
        expect(new Set(taken).size).toBe(taken.length);
        expect(taken.length).toBe(clips - (clips % rows));
        expect(taken.every((clip) => Number.isInteger(clip) && clip >= 0 && clip < clips)).toBe(true);
      }),
    );
  });

  test('is in another order each time', () => {
    const orders = Array.from({ length: 20 }, (_, epoch) => epochOf(12, 4, epoch).join());
    expect(new Set(orders).size).toBe(20);
  });

  test('leaves out other recordings each time', () => {
    // Two of ten: each is left out in an epoch of five, so in 200 epochs 40 times, within 5 standard deviations of √(200 · 0.2 · 0.8).
    const missed = Array.from({ length: 10 }, () => 0);
    for (let epoch = 0; epoch < 200; epoch++) {
      const taken = new Set(epochOf(10, 4, epoch));
      for (let clip = 0; clip < 10; clip++) if (!taken.has(clip)) missed[clip]!++;
    }
    expect(missed.reduce((a, b) => a + b)).toBe(400);
    for (const count of missed) expect(Math.abs(count - 40)).toBeLessThan(29);
  });

  test('of fewer recordings than rows is one step, which takes them as evenly as can be', () => {
    expect(stepsPerEpoch(3, 8)).toBe(1);
    const taken = epochOf(3, 8, 5);
    const counts = [0, 1, 2].map((clip) => taken.filter((each) => each === clip).length);
    expect(counts.toSorted((a, b) => a - b)).toEqual([2, 3, 3]);
    // Each three in a row are all three.
    expect([taken.slice(0, 3), taken.slice(3, 6)].map((three) => three.toSorted((a, b) => a - b))).toEqual([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

test('recordings that are taken several times in an epoch are in another order each time', () => {
  // Of twelve, two orders are the same once in 479,001,600.
  const taken = epochOf(12, 24, 0);
  expect(taken.slice(0, 12)).not.toEqual(taken.slice(12));
});

describe('a step', () => {
  test('is the same whatever was asked before', () => {
    const steps = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(steps, (asked) => {
        const rowsOf = createBatches(23, 5, KEY);
        for (const step of asked) expect(rowsOf(step)).toEqual(createBatches(23, 5, KEY)(step));
      }),
    );
  });

  test('is another for each seed, attempt, step and row', () => {
    const rowsOf = (seed: number, attempt: number, step: number) =>
      createBatches(1, 2, { seed, attempt })(step).map((row) => JSON.stringify(row));
    const all = [rowsOf(0, 0, 0), rowsOf(1, 0, 0), rowsOf(0, 1, 0), rowsOf(0, 0, 1)].flat();
    expect(new Set(all).size).toBe(all.length);
    expect(epochOf(30, 5, 0, { seed: 1, attempt: 0 })).not.toEqual(epochOf(30, 5, 0, { seed: 1, attempt: 1 }));
  });

  test('draws its three places evenly from [0, 1), each by itself', () => {
    const rowsOf = createBatches(64, 64, KEY);
    const rows = Array.from({ length: 100 }, (_, step) => rowsOf(step)).flat();
    const columns = (['start', 'step', 'between'] as const).map((of) => rows.map((row: BatchRow) => row[of]));
    // Of 6,400 uniform numbers the mean is within 5 · √(1/12/6400) of ½, and so is twelve times a product of two centred ones of 0.
    for (const [i, column] of columns.entries()) {
      expect(column.every((place) => place >= 0 && place < 1)).toBe(true);
      expect(Math.abs(mean(column) - 0.5)).toBeLessThan(0.018);
      const next = columns[(i + 1) % 3]!;
      expect(Math.abs(12 * mean(column.map((place, j) => (place - 0.5) * (next[j]! - 0.5))))).toBeLessThan(0.0625);
    }
  });
});

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
