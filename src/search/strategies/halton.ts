import { uniforms } from '../../random/noise.ts';

/** Digits beyond this part of 1 no longer matter: draws of `uniforms` have as many. */
const FINEST = 2 ** -32;

/**
 * Points that fill [0, 1)^dimensions evenly from the first on: Halton's sequence (1960, "On the efficiency of certain quasi-random sequences of points"),
 * the i-th dimension in the i-th prime's digits, each digit exchanged for another by the seed (Braaten and Weller 1979, here by random
 * permutations, one a place).
 *
 * @returns the point of an index from 0 on
 */
export function scrambledHalton(dimensions: number, seed: number): (index: number) => number[] {
  const axes = firstPrimes(dimensions).map((prime, axis) => ({ prime, places: permutations(prime, axis, seed) }));
  return (index) =>
    axes.map(({ prime, places }) => {
      let rest = index;
      let part = 1;
      let value = 0;
      for (const digits of places) {
        part /= prime;
        value += digits[rest % prime]! * part;
        rest = Math.floor(rest / prime);
      }
      return value;
    });
}

/** What each digit is exchanged for, place by place. */
function permutations(prime: number, axis: number, seed: number): number[][] {
  const places: number[][] = [];
  for (let part = 1 / prime; part >= FINEST; part /= prime) {
    const key = { seed, purpose: 'proposal', clip: axis, replicate: places.length, k: 0 } as const;
    const order = uniforms(prime, key);
    places.push(Array.from(order.keys()).sort((a, b) => order[a]! - order[b]! || a - b));
  }
  return places;
}

function firstPrimes(count: number): number[] {
  const primes: number[] = [];
  for (let n = 2; primes.length < count; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n);
  return primes;
}
