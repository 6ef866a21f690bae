import { expect, test } from 'vitest';
import { plain } from '../../src/cli/plain-text.ts';

test('what steers a terminal or turns the direction of text becomes a space, and what joins letters stays', () => {
  expect(plain('a\u001b[31m b\r\nc\u202ed\u2028e\u0000')).toBe('a [31m b c d e ');
  expect(plain('می\u200cخواهم ‍ üñ 日本')).toBe('می\u200cخواهم ‍ üñ 日本');
});
