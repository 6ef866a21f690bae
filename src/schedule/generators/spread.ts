/**
 * The values of `at` at n evenly spaced positions t from 0 to 1, each given with rest = 1 − t, which near t = 1 has digits that the
 * subtraction would lose. With n = 1 the one position is 1.
 */
export function spread(n: number, at: (t: number, rest: number) => number): number[] {
  return Array.from({ length: n }, (_, i) => (n === 1 ? at(1, 0) : at(i / (n - 1), (n - 1 - i) / (n - 1))));
}
