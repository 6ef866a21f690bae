import { describe, expect, test } from 'vitest';
import { keptRows } from '../../src/search/kept-rows.ts';

const HEADER = 'id,parent,strategy,score\n';
const known = (id: number) => id <= 3;

test('whole rows are kept, in any order, and a torn one is where the file is cut', () => {
  const whole = `${HEADER}2,,random,0.5\n1,2,"a, b",0.25\n`;
  expect(keptRows(`${whole}3,1,ran`, HEADER, known)).toEqual({ ids: new Set([2, 1]), length: whole.length });
  expect(keptRows(HEADER, HEADER, known)).toEqual({ ids: new Set(), length: HEADER.length });
});

describe('the file is to be written anew where', () => {
  test.each([
    ['it is empty', ''],
    ['its columns are others', 'id,parent,score\n1,,0.5\n'],
    ['it has a trial that is not known', `${HEADER}4,,random,0.5\n`],
    ['it has a trial twice', `${HEADER}1,,random,0.5\n1,,random,0.5\n`],
    ['two rows ran into one another', `${HEADER}1,,ran2,,random,0.5\n3,,ra\n`],
    ['a name has a line break', `${HEADER}1,,"a\nb",0.5\n`],
    ['a row does not begin with a number', `${HEADER}x,,random,0.5\n`],
  ])('%s', (_, text) => {
    expect(keptRows(text, HEADER, known)).toBeUndefined();
  });
});
