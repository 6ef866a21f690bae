import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readNpy } from '../../src/formats/npy.ts';
import { objectFile } from './npy-file.ts';
import { refusal } from './refusal.ts';
import { decoded } from './values.ts';

const read = (bytes: Uint8Array) => readNpy(bytes, 'x.npy');

// The pieces of a pickle by numpy.save, protocol 3: an array is made empty, then given version, shape, type, order and data.
const dtype = (code: string, order = '<') =>
  `cnumpy\ndtype\n\x8c${String.fromCharCode(code.length)}${code}\x89\x88\x87R(K\x03\x8c\x01${order}NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb`;
const array = (state: string, module = 'numpy.core') =>
  `c${module}.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85C\x01b\x87R(${state}tb`;
const objects = (items: string, shape = ')') => `\x80\x03${array(`K\x01${shape}${dtype('O8', '|')}\x89](${items}e`)}.`;
const floats = (data: string, shape = 'K\x01\x85', type = dtype('f4')) => array(`K\x01${shape}${type}\x89${data}`);
const one = 'C\x04\x00\x00\x80\x3f';

test('reads what the pieces say', () => {
  const value = decoded(read(objectFile(objects(floats(one)))));
  expect(value).toEqual({ dtype: 'F32', shape: [1], values: [1] });
});

test('numpy 2 names its modules otherwise', () => {
  const pickle = objects(floats(one)).replaceAll('numpy.core.', 'numpy._core.');
  expect(decoded(read(objectFile(pickle)))).toEqual({ dtype: 'F32', shape: [1], values: [1] });
});

test('an array that is referred to before it is filled is seen filled', () => {
  const file = objectFile(objects(`(${floats(one).replace('\x87R(', '\x87Rq\x05(')}h\x05t`));
  const wanted = { dtype: 'F32', shape: [1], values: [1] };
  expect(decoded(read(file))).toEqual([wanted, wanted]);
});

test.each([
  ['posix.system', 'cposix\nsystem\n\x8c\x04true\x85R.'],
  ['builtins.eval', 'cbuiltins\neval\n)R.'],
  ['_codecs.decode', 'c_codecs\ndecode\n)R.'],
  ['torch.FloatStorage', 'ctorch\nFloatStorage\n.'],
  ['collections.OrderedDict', 'ccollections\nOrderedDict\n)R.'],
  ['numpy.core.multiarray.fromfile', 'cnumpy.core.multiarray\nfromfile\n)R.'],
])('refuses the name %s', (name, pickle) => {
  expect(refusal(() => read(objectFile(pickle)))).toBe(`x.npy: names ${name}, which no array needs; nothing was run`);
});

test.each([
  ['a call of the class', 'cnumpy\nndarray\n)R', 'expected numpy.ndarray to be named only in its pickle'],
  ['a type without a name', 'cnumpy\ndtype\n)R', "a type's name"],
  ['a type without a byte order', 'cnumpy\ndtype\n\x8c\x02f4\x85R)b', "a type's byte order"],
  [
    'a version of the state that is not known',
    array(`K\x02)${dtype('f4')}\x89${one}`),
    "an array's shape, type and order",
  ],
  ['a shape of text', floats(one, '\x8c\x01a\x85'), "an array's shape, type and order"],
  ['a negative length', floats(one, 'J\xff\xff\xff\xff\x85'), "an array's shape, type and order"],
  ['a type that is text', floats(one, ')', '\x8c\x02f4'), "an array's shape, type and order"],
  ['an order that is a number', array(`K\x01)${dtype('f4')}K\x00${one}`), "an array's shape, type and order"],
  ['numbers as a list', floats('](K\x01e'), "an array's bytes"],
  ['objects as bytes', floats(one, ')', dtype('O8', '|')), "an array's list of objects"],
  ['state that is no tuple', `${floats(one)}Nb`, "an array's shape, type and order"],
  ['too few bytes', floats(one, 'K\x02\x85'), 'expected 8 bytes for the shape [2] of <f4, got 4'],
  ['too many bytes', floats(one, ')', dtype('f2')), 'expected 2 bytes for the shape [] of <f2, got 4'],
  ['big-endian numbers', floats(one, ')', dtype('f4', '>')), 'little-endian numbers, got the big-endian type ">f4"'],
  ['text', floats(one, ')', dtype('U1')), '(text)'],
  ['an array of objects within', array(`K\x01)${dtype('O8', '|')}\x89](Ne`), 'expected one array of objects, got 2'],
  ['bytes beside the arrays', 'C\x01a', 'numbers, text, lists, dictionaries and arrays'],
  ['a type beside the arrays', dtype('f4'), 'numbers, text, lists, dictionaries and arrays'],
  ['a class beside the arrays', 'cnumpy\nndarray\n', 'numbers, text, lists, dictionaries and arrays'],
  ['bytes as a key', '}C\x01aNs', 'numbers, text, lists, dictionaries and arrays'],
  ['a number without a type', 'cnumpy.core.multiarray\nscalar\nNN\x86R', "a number's type and bytes"],
  ['a number of other length', `cnumpy.core.multiarray\nscalar\n${dtype('f8')}${one}\x86R`, 'expected 8 bytes'],
  ['bytes in another encoding', 'c_codecs\nencode\n\x8c\x01a\x8c\x05utf-8\x86R', 'bytes as Latin-1 text'],
  ['bytes that are none', 'c_codecs\nencode\n\x8c\x02\xc4\x80\x8c\x06latin1\x86R', 'bytes as Latin-1 text'],
  ['a persistent id', 'K\x01Q', 'has the instruction 0x51'],
])('refuses %s', (_, item, message) => {
  const refused = refusal(() => read(objectFile(objects(item))));
  expect(refused).toMatch(/^x\.npy: /);
  expect(refused).toContain(message);
});

test.each([
  ['no array', 'K\x01.', '()', 'expected an array of objects in its pickle'],
  ['an array of numbers', `${floats(one)}.`, '()', 'expected an array of objects in its pickle'],
  ['another shape than the header', objects('N'), '(1,)', "of the header's shape [1], got 1 of shape []"],
  ['fewer objects than the shape', objects('N', 'K\x02\x85'), '(2,)', "of the header's shape [2], got 1 of shape [2]"],
  ['rows of objects', objects('NN', 'K\x01K\x02\x86'), '(1, 2)', 'expected one object, or a list of them'],
])('refuses %s', (_, pickle, shape, message) => {
  expect(refusal(() => read(objectFile(pickle, shape)))).toContain(message);
});

test('one long text cannot be made bytes of again and again', () => {
  const length = 2 ** 20;
  const size = String.fromCharCode(...new Uint8Array(Uint32Array.of(length).buffer));
  const text = `X${size}${'a'.repeat(length)}q\x00\x8c\x06latin1q\x01c_codecs\nencode\nq\x02`;
  const calls = 'h\x02h\x00h\x01\x86R'.repeat(9);
  expect(refusal(() => read(objectFile(`](${text}${calls}e.`)))).toBe(
    'x.npy: expected at most 8388608 bytes as text in its pickle, got more',
  );
});

test('a pickle cut anywhere is refused', () => {
  const file = readFileSync(new URL('fixtures/numpy-1.24-protocol-4.npy', import.meta.url));
  for (let length = 0; length < file.length; length++) refusal(() => read(file.subarray(0, length)));
});
