import { expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { shownText } from '../../src/formats/shown-text.ts';

test('what cannot be seen is written out, and letters of all scripts stay as they are', () => {
  expect(shownText('a\u001b[2Jb\nc\u202ed\u2028e\ud800f\u0000')).toBe(
    String.raw`a\u001b[2Jb\u000ac\u202ed\u2028e\ud800f\u0000`,
  );
  const plain = 'Füße «日本» नि‍र می‌خواهم 👩‍🚀 \\u001b';
  expect(shownText(plain)).toBe(plain);
});

test('of what is too long the middle is left out', () => {
  expect(shownText('abcdefghijkl', 9)).toBe('abcdef … jkl');
  expect(shownText('abcdefghi', 9)).toBe('abcdefghi');
});

test('every error about what a user gave is one line, and not endless', () => {
  expect(new InputError('x\u001b]0;title\u0007.wav:\nno').message).toBe(String.raw`x\u001b]0;title\u0007.wav:\u000ano`);
  const { message } = new InputError(`${'a'.repeat(1e6)} end`);
  expect(message.length).toBeLessThan(5010);
  expect(message).toMatch(/a … a+ end$/);
});
