let numbers = new Float64Array(64);
let bytes = Buffer.from(numbers.buffer);

/** Characters of a key for each number. */
export const NUMBER_LENGTH = 8;

/** A string that two lists of numbers have in common if they are the same to the bit, and else not: compact, and made quickly. */
export function keyOfNumbers(list: ArrayLike<number>): string {
  if (list.length > numbers.length) {
    numbers = new Float64Array(2 * list.length);
    bytes = Buffer.from(numbers.buffer);
  }
  for (let i = 0; i < list.length; i++) numbers[i] = list[i]!;
  return bytes.toString('latin1', 0, NUMBER_LENGTH * list.length);
}
