import { expect, test } from 'vitest';
import { UsageError } from '../../src/cli/command.ts';
import { stepCounts } from '../../src/cli/step-counts.ts';

test.each([
  ['6', [6]],
  ['1000', [1000]],
  ['4,6,8', [4, 6, 8]],
  ['4-7', [4, 5, 6, 7]],
  ['5-5', [5]],
  ['25,2-4,12', [2, 3, 4, 12, 25]],
  ['4-6,5,4-5', [4, 5, 6]],
  [' 4, 6 - 8 ', [4, 6, 7, 8]],
])('%s is %j', (text, counts) => {
  expect(stepCounts(text)).toEqual(counts);
});

const EXPECTED = '--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got ';

test.each([
  ...['', '0', 'six', '-6', '6.5', '1e1', '4,', ',4', '4,,6', '4 6', '12-4', '0-3', '4-', '4-6-8', '4..6'].map(
    (text) => [text, EXPECTED + text],
  ),
  ['1001', '--iters must be at most 1000, got 1001'],
  ['4-1001', '--iters must be at most 1000, got 1001'],
  ['1-101', '--iters must name at most 100 numbers of steps, got 101'],
])('%j is refused', (text, sentence) => {
  expect(() => stepCounts(text!)).toThrow(new UsageError(sentence));
});

test('a hundred are taken', () => {
  expect(stepCounts('1-100')).toHaveLength(100);
});
