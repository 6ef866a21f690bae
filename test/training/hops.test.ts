import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultHop, hopFactors, nearHops } from '../../src/training/hops.ts';

/** Every product of 4 to 6 factors from 2 to 8 up to an end, by multiplying them all. */
function allProducts(end: number): Set<number> {
  const found = new Set<number>();
  let products = new Set([1]);
  for (let count = 1; count <= 6; count++) {
    const factors = [2, 3, 4, 5, 6, 7, 8];
    products = new Set([...products].flatMap((product) => factors.map((factor) => product * factor)));
    if (count >= 4) for (const product of products) if (product <= end) found.add(product);
  }
  return found;
}

const HOPS = allProducts(2048);

describe('hopFactors', () => {
  test.each([
    // The reference, and two that other vocoders use.
    [300, [5, 5, 3, 2, 2]],
    [256, [4, 4, 2, 2, 2, 2]],
    [240, [5, 3, 2, 2, 2, 2]],
    [200, [5, 5, 2, 2, 2]],
    [600, [5, 5, 3, 2, 2, 2]],
    [512, [4, 4, 4, 2, 2, 2]],
    [100, [5, 5, 2, 2]],
    [16, [2, 2, 2, 2]],
  ])('of %i are %j', (hop, factors) => {
    expect(hopFactors(hop)).toEqual(factors);
  });

  test('multiply to the hop, 4 to 6 of them from 2 to 8, largest first, wherever there are such', () => {
    for (let hop = 1; hop <= 2048; hop++) {
      const factors = hopFactors(hop);
      expect(factors !== undefined, `${hop}`).toBe(HOPS.has(hop));
      if (factors === undefined) continue;
      expect(factors.reduce((a, b) => a * b)).toBe(hop);
      expect([4, 5, 6]).toContain(factors.length);
      expect(factors.every((factor) => factor >= 2 && factor <= 8)).toBe(true);
      expect(factors).toEqual(factors.toSorted((a, b) => b - a));
    }
  });

  test.each([0, -300, 2.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40])('of %d there are none', (hop) => {
    expect(hopFactors(hop)).toBeUndefined();
  });
});

describe('defaultHop', () => {
  test.each([
    [8000, 100],
    [11_025, 150],
    [12_000, 150],
    [16_000, 200],
    [22_050, 300],
    [24_000, 300],
    [32_000, 400],
    [44_100, 600],
    [48_000, 600],
  ])('at %i Hz is %i', (sampleRate, hop) => {
    expect(defaultHop(sampleRate)).toBe(hop);
  });

  test('has factors and is from 12.5 to 13.6 milliseconds at every rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8000, max: 48_000 }), (sampleRate) => {
        const hop = defaultHop(sampleRate);
        expect(HOPS.has(hop)).toBe(true);
        expect(hop / sampleRate).toBeGreaterThanOrEqual(0.0125);
        expect(hop / sampleRate).toBeLessThanOrEqual(300 / 22_050);
      }),
    );
  });
});

test('nearHops are the two that are nearest', () => {
  fc.assert(
    fc.property(fc.integer({ min: -10, max: 3000 }), fc.integer({ min: 24, max: 2048 }), (hop, longest) => {
      const off = (other: number) => Math.abs(other - hop);
      const possible = [...HOPS].filter((other) => other <= longest).map(off);
      expect(nearHops(hop, longest).map(off)).toEqual(possible.sort((a, b) => a - b).slice(0, 2));
      expect(nearHops(hop, longest).every((near) => HOPS.has(near))).toBe(true);
    }),
  );
});
