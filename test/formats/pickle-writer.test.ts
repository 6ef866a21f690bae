import { expect, test } from 'vitest';
import { readPickle } from '../../src/formats/pickle.ts';
import { type PickleNode, writePickle } from '../../src/formats/pickle-writer.ts';
import { pickleBytes } from './torch-file.ts';

test('writes what CPython writes', () => {
  // pickletools.optimize(pickle.dumps([1, 300, -2, 65536, 0.5, None, True, False, (), (1, 2), (1, 2, 3, 4), {'k': 'é', 1: -0.0}], 2))
  const wanted =
    '\x80\x02](K\x01M,\x01J\xfe\xff\xff\xffJ\x00\x00\x01\x00G?\xe0\x00\x00\x00\x00\x00\x00N\x88\x89)K\x01K\x02\x86' +
    '(K\x01K\x02K\x03K\x04t}(X\x01\x00\x00\x00kX\x02\x00\x00\x00\xc3\xa9K\x01G\x80\x00\x00\x00\x00\x00\x00\x00ue.';
  const tuple = (...items: number[]): PickleNode => ({ kind: 'tuple', items });
  const map = new Map<PickleNode, PickleNode>([
    ['k', 'é'],
    [1, -0],
  ]);
  const value = [1, 300, -2, 65_536, 0.5, null, true, false, tuple(), tuple(1, 2), tuple(1, 2, 3, 4), map];
  expect(writePickle(value)).toEqual(pickleBytes(wanted));
});

test('names, calls and persistent ids are read back', () => {
  const pair: PickleNode = { kind: 'name', module: 'a', name: 'pair' };
  const value = readPickle<never>(
    writePickle({
      kind: 'call',
      callee: pair,
      args: [
        { kind: 'persistent', id: 'x' },
        { kind: 'tuple', items: [1] },
      ],
    }),
    {
      where: 'x',
      names: new Map([['a pair', (args) => [args.length, ...args]]]),
      writer: 'torch.save',
      content: 'checkpoint',
      persistentLoad: (id) => ['stored', id],
    },
  );
  expect(value).toEqual([2, ['stored', 'x'], [1]]);
});

test.each([255, 256, 65_535, 65_536, -1, 2 ** 31 - 1, 2 ** 31, -(2 ** 31), -(2 ** 31) - 1, Number.MAX_SAFE_INTEGER])(
  'the whole number %d stays one',
  (number) => {
    const bytes = writePickle(number);
    expect(bytes[2]).not.toBe(0x47);
    expect(readPickle(bytes, { where: 'x', names: new Map(), writer: '', content: '' })).toBe(number);
  },
);

test('a text of any length', () => {
  const text = 'é'.repeat(200_000);
  expect(readPickle(writePickle(text), { where: 'x', names: new Map(), writer: '', content: '' })).toBe(text);
});
