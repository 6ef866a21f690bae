import { describe, expect, it } from 'vitest';
import { scrambledHalton } from '../../../src/search/strategies/halton.ts';

const PRIMES = [2, 3, 5, 7, 11, 13];

describe('scrambledHalton', () => {
  it.each([0, 1, 12345])('has in each dimension one of any p^k points in each p^k-th of the range, seed %i', (seed) => {
    const point = scrambledHalton(PRIMES.length, seed);
    PRIMES.forEach((prime, axis) => {
      for (const cells of [prime, prime ** 2]) {
        for (const first of [0, 3 * cells]) {
          const cell = Array.from({ length: cells }, (_, i) => Math.floor(point(first + i)[axis]! * cells));
          expect(cell.toSorted((a, b) => a - b)).toEqual(Array.from({ length: cells }, (_, i) => i));
        }
      }
    });
  });

  it('has in two dimensions one of any 2^a 3^b points in each box of such sides', () => {
    const point = scrambledHalton(2, 7);
    const boxes = Array.from({ length: 72 }, (_, i) => {
      const [x, y] = point(i);
      return Math.floor(x! * 8) * 9 + Math.floor(y! * 9);
    });
    expect(boxes.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 72 }, (_, i) => i));
  });

  it('is the same for the same seed, and another for another', () => {
    const points = [5, 5, 6].map((seed) => scrambledHalton(4, seed)(9));
    expect(points[1]).toEqual(points[0]);
    expect(points[2]).not.toEqual(points[0]);
  });
});
