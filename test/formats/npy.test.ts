import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readNpy, writeNpy } from '../../src/formats/npy.ts';
import { isTensor, type Tensor } from '../../src/formats/tensor.ts';
import { npyFile } from './npy-file.ts';
import { refusal } from './refusal.ts';
import { decoded } from './values.ts';

const read = (bytes: Uint8Array) => readNpy(bytes, 'x.npy');
const bytesOf = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);

test.each([
  [1, 0],
  [2, 0],
  [3, 0],
])('reads version %i.%i', (...version) => {
  // numpy.lib.format.write_array(file, numpy.array([1e-6, 0.5]), version)
  const header = "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }".padEnd(116);
  expect(decoded(read(npyFile(`${header}\n`, bytesOf(1e-6, 0.5), version)))).toEqual({
    dtype: 'F64',
    shape: [2],
    values: [1e-6, 0.5],
  });
});

test.each([
  ['a single number', '()', [], [7]],
  ['one number', '(1,)', [1], [7]],
  ['a column', '(2, 1)', [2, 1], [7, 8]],
  ['a comma after the last', '(1,2,)', [1, 2], [7, 8]],
  ['the long integers of Python 2', '(2L, 1L)', [2, 1], [7, 8]],
  ['no elements, however long the rest', '(0, 9007199254740991)', [0, 9007199254740991], []],
])('reads the shape of %s', (_, tuple, shape, values) => {
  const file = npyFile(`{'descr':'<f8','fortran_order':False,'shape':${tuple}}`, bytesOf(...values));
  expect(decoded(read(file))).toEqual({ dtype: 'F64', shape, values });
});

test('the keys may come in any order', () => {
  const file = npyFile("{ 'shape' : (1,), 'fortran_order': False , 'descr': '=f8' }\n", bytesOf(2));
  expect(decoded(read(file))).toEqual({ dtype: 'F64', shape: [1], values: [2] });
});

test('Fortran order is read as nested loops read it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 }), (shape) => {
      const count = shape.reduce((product, length) => product * length, 1);
      const data = bytesOf(...Array.from({ length: count }, (_, i) => i));
      const tuple = `(${shape.map((length) => `${length},`).join('')})`;
      const tensor = read(npyFile(`{'descr': '<f8', 'fortran_order': True, 'shape': ${tuple}, }`, data)) as Tensor;
      const wanted: number[] = [];
      const walk = (at: number, axis: number, stride: number): void => {
        if (axis === shape.length) wanted.push(at);
        else for (let i = 0; i < shape[axis]!; i++) walk(at + i * stride, axis + 1, stride * shape[axis]!);
      };
      walk(0, 0, 1);
      expect(tensor.shape).toEqual(shape);
      expect([...tensor.toFloat64()]).toEqual(wanted);
    }),
  );
});

const numbers = 'expected floats, integers or booleans of at most 64 bits, got the type';

// numpy.array(…).dtype.str
test.each([
  ['big-endian numbers', '>f8', 'expected little-endian numbers, got the big-endian type ">f8"'],
  ['complex numbers', '<c8', `${numbers} "<c8" (complex numbers)`],
  ['long doubles', '<f16', `${numbers} "<f16" (floats of more than 64 bits)`],
  ['text', '<U2', `${numbers} "<U2" (text)`],
  ['byte strings', '|S2', `${numbers} "|S2" (text)`],
  ['dates', '<M8[D]', `${numbers} "<M8[D]" (dates)`],
  ['durations', '<m8[s]', `${numbers} "<m8[s]" (durations)`],
  ['raw records', '|V8', `${numbers} "|V8" (records)`],
  ['objects in an order', '<O', `${numbers} "<O" (Python objects)`],
  ['a name from the prototype', 'constructor', `${numbers} "constructor"`],
  ['no type', '', `${numbers} ""`],
])('refuses %s', (_, descr, message) => {
  const file = npyFile(`{'descr': '${descr}', 'fortran_order': False, 'shape': (2,), }\n`, new Uint8Array(16));
  expect(refusal(() => read(file))).toBe(`x.npy: ${message}`);
});

test('the order of single bytes does not matter', () => {
  const file = npyFile("{'descr': '>u1', 'fortran_order': False, 'shape': (2,), }\n", Uint8Array.of(1, 255));
  expect(decoded(read(file))).toEqual({ dtype: 'U8', shape: [2], values: [1, 255] });
});

const header = (descr: string, order: string, shape: string) =>
  `{'descr': ${descr}, 'fortran_order': ${order}, 'shape': ${shape}, }\n`;

test.each([
  ['records', header("[('a', '<f4'), ('b', '<i4')]", 'False', '(2,)'), "got records: \"[('a', '<f4'), ('b', '<i4')]\""],
  ['a type that is no text', header('False', 'False', '(2,)'), 'the type as text in descr, got none'],
  ['an order that is no truth value', header("'<f8'", "'C'", '(2,)'), 'True or False in fortran_order, got neither'],
  ['a shape that is a number to Python', header("'<f8'", 'False', '(2)'), 'whole numbers in shape, got none'],
  ['a shape without commas', header("'<f8'", 'False', '(1 2)'), 'whole numbers in shape, got none'],
  ['a length beyond all numbers', header("'<f8'", 'False', '(9007199254740993,)'), 'whole numbers in shape, got none'],
  ['too many dimensions', header("'<f8'", 'False', `(${'1,'.repeat(65)})`), 'whole numbers in shape, got none'],
  ['a key twice', "{'descr': '<f8', 'descr': '<f8'}", 'that names descr once, got it twice'],
  ['another key', "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), 'more': True}", 'and shape, got more'],
  ['no keys', '{}', 'the type as text in descr, got none'],
  ['no shape', "{'descr': '<f8', 'fortran_order': False}", 'whole numbers in shape, got none'],
  ['what follows the header', `${header("'<f8'", 'False', '(2,)')}; import os`, 'expected a header such as'],
  ['an expression', header("'<f8'", 'False', "__import__('os')"), 'expected a header such as'],
  ['a negative length', header("'<f8'", 'False', '(-1,)'), 'expected a header such as'],
  ['nothing', '', 'expected a header such as'],
  ['a control character', "{'descr\u001b[31m", '\\u001b[31m'],
])('refuses a header with %s', (_, text, message) => {
  expect(refusal(() => read(npyFile(text, bytesOf(1, 2))))).toContain(message);
});

test.each([
  [[2], 16, 8],
  [[2], 16, 15],
  [[2], 16, 17],
  [[2], 16, 0],
  [[1048576, 1048576, 1048576], 8 * 2 ** 60, 16],
])('the shape %j asks for %d bytes; %d are refused', (shape, wanted, got) => {
  const file = npyFile(header("'<f8'", 'False', `(${shape.join()},)`), new Uint8Array(got));
  expect(refusal(() => read(file))).toBe(
    `x.npy: expected ${wanted} bytes for the shape [${shape.join(', ')}] of <f8, got ${got}`,
  );
});

test.each([
  ['an empty file', new Uint8Array(0), 'expected a .npy file (by numpy.save), got an empty file'],
  ['a zip file', Buffer.from('PK\x03\x04'), 'got a file that begins with 50 4b 03 04'],
  ['a later version', npyFile('', undefined, [4, 0]), 'expected version 1.0, 2.0 or 3.0 of the .npy format, got 4.0'],
  ['a version between', npyFile('', undefined, [1, 1]), 'got 1.1'],
  ['no version', npyFile('').subarray(0, 6), 'got 0.0'],
  ['no length', npyFile('').subarray(0, 9), "expected a header's length, but it is cut short at byte 9"],
  ['a header past the end', npyFile(' '.repeat(60)).subarray(0, 40), 'at most 30 bytes, got one of 60'],
  ['a long header', npyFile(' '.repeat(10_001)), 'at most 10000 bytes, got one of 10001'],
])('refuses %s', (_, bytes, message) => {
  expect(refusal(() => read(bytes))).toContain(message);
});

test('a file cut anywhere is refused', () => {
  const file = writeNpy({ shape: [2, 2], data: Float64Array.of(1, 2, 3, 4) });
  for (let length = 0; length < file.length; length++) refusal(() => read(file.subarray(0, length)));
});

test('reads nothing before it is asked to, and then from any byte', () => {
  const file = Buffer.concat([Buffer.alloc(1), npyFile(header("'<f8'", 'False', '(1,)'), bytesOf(2.5))]);
  expect(decoded(read(file.subarray(1)))).toEqual({ dtype: 'F64', shape: [1], values: [2.5] });
});

test.each([
  [[3], Float32Array.of(1, 2, 3), "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"],
  [[], Float64Array.of(1), "{'descr': '<f8', 'fortran_order': False, 'shape': (), }"],
  [[2, 0], Float32Array.of(), "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 0), }"],
])('writes the shape %j as numpy does, the data at a multiple of 64', (shape, data, text) => {
  // The header is that of numpy.save; the length is of what follows it.
  const bytes = writeNpy({ shape, data });
  const wanted = npyFile(`${text.padEnd(128 - 10 - 1)}\n`, new Uint8Array(data.buffer));
  expect(Buffer.from(bytes)).toEqual(wanted);
});

test('refuses to write what it could not read', () => {
  expect(refusal(() => writeNpy({ shape: [2], data: Float32Array.of(1) }))).toBe(
    'the array: expected 2 elements for [2], got 1',
  );
});

test('what is written is read: dtype, shape and every bit', () => {
  const any = [fc.float32Array({ maxLength: 8 }), fc.float64Array({ maxLength: 8 })] as const;
  fc.assert(
    fc.property(fc.oneof(...any), fc.nat(3), (data, axes) => {
      const shape = [...Array.from({ length: axes }, () => 1), data.length];
      const back = read(writeNpy({ shape, data }));
      if (!isTensor(back)) throw new TypeError('no tensor');
      const values = data instanceof Float32Array ? back.toFloat32() : back.toFloat64();
      expect([back.dtype, back.shape]).toEqual([data instanceof Float32Array ? 'F32' : 'F64', shape]);
      expect(values).toEqual(data);
    }),
  );
});

// Made, with the values below, by fixtures/README.md.
test.each([2, 3, 4])('objects that numpy pickled with protocol %i', (protocol) => {
  const file = readFileSync(new URL(`fixtures/numpy-1.24-protocol-${protocol}.npy`, import.meta.url));
  const array = (dtype: string, shape: number[], values: number[]) => ({ dtype, shape, values });
  const betas = [1e-6, 2e-5, 0.5];
  expect(decoded(read(file))).toEqual(
    new Map<string, unknown>([
      ['beta', array('F64', [3], betas)],
      ['again', array('F64', [3], betas)],
      ['single', array('F32', [3], betas.map(Math.fround))],
      ['fortran', array('F64', [2, 2], [1, 2, 3, 4])],
      ['empty', array('F64', [0], [])],
      ['scalar', 0.1],
      ['integer', -3],
      ['truth', true],
      ['list', [1, 2.5, null, true, 'é', [1, 2]]],
      ['long', array('F64', [100], [...Array(100).keys()])],
    ]),
  );
});

test('a list of objects', () => {
  const file = readFileSync(new URL('fixtures/numpy-1.24-list.npy', import.meta.url));
  const betas = { dtype: 'F64', shape: [3], values: [1e-6, 2e-5, 0.5] };
  expect(decoded(read(file))).toEqual([0.1, betas, null, 'x']);
});
