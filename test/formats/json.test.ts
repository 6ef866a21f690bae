import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkData } from '../../src/formats/json.ts';
import { refusal } from './refusal.ts';

test.each([
  [
    'text',
    z.string().max(3),
    'x'.repeat(100_000),
    'a.json: Too big: expected string to have <=3 characters, got 100000',
  ],
  ['a list', z.array(z.int()).max(1), [1, 2], 'a.json: Too big: expected array to have <=1 items, got 2'],
  ['a number', z.number().max(1), 2, 'a.json: Too big: expected number to be <=1, got 2'],
  ['no text', z.string().min(1), '', 'a.json: Too small: expected string to have >=1 characters, got 0'],
])('of %s that does not fit, says the size', (_, schema, data, sentence) => {
  expect(refusal(() => checkData(data, schema, 'a.json'))).toBe(sentence);
});
