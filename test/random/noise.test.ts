import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fillNormal, type NoiseKey, uniforms } from '../../src/random/noise.ts';
import { philox4x32 } from '../../src/random/philox.ts';

const key: NoiseKey = { seed: 1, purpose: 'scoring', clip: 0, replicate: 0, k: 0 };

function normals(count: number, of: NoiseKey = key, from = 0): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, of, from);
  return out;
}

const mean = (values: ArrayLike<number>, f: (x: number, i: number) => number) => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += f(values[i]!, i);
  return sum / values.length;
};

describe('normal numbers', () => {
  const count = 2 ** 19;
  const values = normals(count);

  // The variance of x, x², x³ and x⁴ for a normal x; over n numbers the mean's standard error is sqrt(variance / n).
  test.each([
    ['first moment', 1, 0, mean(values, (x) => x)],
    ['second moment', 2, 1, mean(values, (x) => x ** 2)],
    ['third moment', 15, 0, mean(values, (x) => x ** 3)],
    ['fourth moment', 96, 3, mean(values, (x) => x ** 4)],
  ])('their %s is within three standard errors', (_, variance, expected, got) => {
    expect(Math.abs(got - expected)).toBeLessThan(3 * Math.sqrt(variance / count));
  });

  test.each([1, 2, 3, 4])('those %i apart are uncorrelated within three standard errors', (lag) => {
    const products = mean(values.subarray(lag), (x, i) => x * values[i]!);
    expect(Math.abs(products)).toBeLessThan(3 / Math.sqrt(count - lag));
  });

  test('as many lie beyond 1, 2 and 3 as should', () => {
    // 2 (1 − Φ(x)).
    for (const [limit, p] of [
      [1, 0.31731050786],
      [2, 0.04550026389],
      [3, 0.00269979606],
    ] as const) {
      const beyond = mean(values, (x) => (Math.abs(x) > limit ? 1 : 0));
      expect(Math.abs(beyond - p)).toBeLessThan(3 * Math.sqrt((p * (1 - p)) / count));
    }
  });

  test("are Box and Muller's transform of Philox words", () => {
    const words = new Uint32Array(4);
    // Counter: block, k, clip, purpose above replicate; key: the seed's words.
    philox4x32(words, [3, 5, 7, 2 * 2 ** 24 + 11], 9, 2);
    const expected = [0, 2].flatMap((at) => {
      const radius = Math.sqrt(-2 * Math.log((words[at]! + 1) / 2 ** 32));
      const angle = (2 * Math.PI * words[at + 1]!) / 2 ** 32;
      return [Math.fround(radius * Math.cos(angle)), Math.fround(radius * Math.sin(angle))];
    });
    const seeded: NoiseKey = { seed: 2 * 2 ** 32 + 9, purpose: 'verification', clip: 7, replicate: 11, k: 5 };
    expect([...normals(4, seeded, 12)]).toEqual(expected);
  });

  test('any part of a sequence is that part of the whole', () => {
    const whole = values.subarray(0, 1000);
    fc.assert(
      fc.property(fc.nat(999), fc.nat(999), (a, b) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(normals(to - from, key, from)).toEqual(whole.slice(from, to));
      }),
    );
  });
});

describe('uniform numbers', () => {
  test('lie in [0, 1) and spread evenly over 64 bins', () => {
    const count = 2 ** 16;
    const bins = Array.from({ length: 64 }, () => 0);
    for (const u of uniforms(count, key)) {
      expect(u >= 0 && u < 1).toBe(true);
      bins[Math.floor(u * 64)]!++;
    }
    const expected = count / 64;
    const chiSquared = bins.reduce((sum, got) => sum + (got - expected) ** 2 / expected, 0);
    // Mean 63 and variance 126; three standard deviations either way.
    expect(Math.abs(chiSquared - 63)).toBeLessThan(3 * Math.sqrt(126));
  });

  test('fewer of them are the first of more', () => {
    expect(uniforms(5, key)).toEqual(uniforms(9, key).slice(0, 5));
  });
});

describe('a key', () => {
  const others: [string, Partial<NoiseKey>][] = [
    ['seed', { seed: 2 }],
    ['seed above 32 bits', { seed: 2 ** 32 + 1 }],
    ['seed near 2^53', { seed: 2 ** 53 - 1 }],
    ['purpose', { purpose: 'verification' }],
    ['clip', { clip: 1 }],
    ['replicate', { replicate: 1 }],
    ['last replicate', { replicate: 2 ** 24 - 1 }],
    ['k', { k: 1 }],
  ];

  test('names the same numbers each time', () => {
    expect(normals(8, { ...key })).toEqual(normals(8));
    expect(uniforms(8, { ...key })).toEqual(uniforms(8, key));
  });

  test.each(others)('of another %s names other numbers', (_, other) => {
    const mine = normals(64);
    const theirs = normals(64, { ...key, ...other });
    expect(mine.filter((x, i) => x === theirs[i])).toHaveLength(0);
    expect(uniforms(8, { ...key, ...other })).not.toEqual(uniforms(8, key));
  });

  test('of each of these differs from all others', () => {
    const first = [key, ...others.map(([, other]) => ({ ...key, ...other }))].map((one) => normals(1, one)[0]);
    expect(new Set(first).size).toBe(others.length + 1);
  });
});
