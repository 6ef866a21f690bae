import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { readNpz, writeNpz } from '../../src/formats/npz.ts';
import { floatsFile, npyFile, objectFile } from './npy-file.ts';
import { refusal } from './refusal.ts';
import { decoded } from './values.ts';

const fixture = (name: string) => readFileSync(new URL(`fixtures/${name}`, import.meta.url));
const read = (bytes: Uint8Array) => readNpz(bytes, 'x.npz');
const zip = (files: Zippable, level: 0 | 9 = 9) => zipSync(files, { level });

// Made, with the values below, by fixtures/README.md.
test('every element type, by numpy.savez', () => {
  const types = {
    b1: 'BOOL',
    f2: 'F16',
    f4: 'F32',
    f8: 'F64',
    i1: 'I8',
    i2: 'I16',
    i4: 'I32',
    i8: 'I64',
    u1: 'U8',
    u2: 'U16',
    u4: 'U32',
    u8: 'U64',
  };
  const arrays = Object.entries(types).map(([code, dtype]) => {
    const values = code === 'b1' ? [0, 1, 1, 1, 1, 1] : [0, 1, 100, 1, 2, 3];
    return [code, { dtype, shape: [2, 3], values }] as const;
  });
  const fortran = { dtype: 'F32', shape: [2, 3, 4], values: [...Array(24).keys()] };
  expect(decoded(read(fixture('numpy-1.24.npz')))).toEqual(
    new Map<string, unknown>([
      ...arrays,
      ['fortran', fortran],
      ['scalar', { dtype: 'F32', shape: [], values: [2.5] }],
      ['empty', { dtype: 'F64', shape: [0, 3], values: [] }],
    ]),
  );
});

test('compressed, by numpy.savez_compressed', () => {
  expect(decoded(read(fixture('numpy-1.24-compressed.npz')))).toEqual(
    new Map([
      ['beta', { dtype: 'F64', shape: [3], values: [1e-6, 2e-5, 0.5] }],
      ['zeros', { dtype: 'F32', shape: [1000], values: Array.from({ length: 1000 }, () => 0) }],
    ]),
  );
});

test('an archive of nothing', () => {
  expect(read(zip({}))).toEqual(new Map());
});

/** Position in the directory of the first record: the end record holds it at its byte 16. */
function firstRecord(file: Uint8Array): number {
  return new DataView(file.buffer, file.byteOffset).getUint32(file.length - 6, true);
}

/** A field of the first entry's record in the directory, set to another value. */
function claiming(file: Uint8Array, field: number, value: number): Uint8Array {
  new DataView(file.buffer, file.byteOffset).setUint32(firstRecord(file) + field, value, true);
  return file;
}
const crc = 16;
const size = 24;

test('a zip bomb is refused before it is unpacked', () => {
  const bomb = zip({ 'a.npy': new Uint8Array(2 ** 20) });
  const most = 2 ** 22 + 2 * bomb.length;
  expect(refusal(() => read(claiming(bomb, size, most + 1)))).toBe(
    `x.npz: expected at most ${most} bytes in the compressed entries of a file of ${bomb.length}, but those up to "a.npy" claim more`,
  );
  expect(refusal(() => read(claiming(bomb, size, most)))).toBe(
    `x.npz: expected ${most} bytes for "a.npy", got 1048576`,
  );
});

test('a zip bomb that claims little is unpacked no further', () => {
  const bomb = claiming(zip({ 'a.npy': new Uint8Array(2 ** 24) }), size, 1000);
  const before = process.memoryUsage().arrayBuffers;
  expect(refusal(() => read(bomb))).toBe('x.npz: expected 1000 bytes for "a.npy", got more');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 20);
});

const entry = { 'a.npy': floatsFile(1, 2, 3) };
const entrySize = entry['a.npy'].length;

test.each([
  [
    'fewer bytes than a deflated entry claims',
    claiming(zip(entry), size, 1000),
    `1000 bytes for "a.npy", got ${entrySize}`,
  ],
  ['more bytes than a deflated entry claims', claiming(zip(entry), size, 10), '10 bytes for "a.npy", got more'],
  ['no bytes claimed', claiming(zip(entry), size, 0), '0 bytes for "a.npy", got more'],
  ['another size of a stored entry', claiming(zip(entry, 0), size, 10), `10 bytes for "a.npy", got ${entrySize}`],
  ['another checksum of a deflated entry', claiming(zip(entry), crc, 0x1234), 'checksum 00001234 for "a.npy"'],
  ['another checksum of a stored entry', claiming(zip(entry, 0), crc, 0x1234), 'checksum 00001234 for "a.npy"'],
  ['no checksum', claiming(zip(entry, 0), crc, 0), 'checksum 00000000 for "a.npy"'],
  // The method lies two bytes before the time, at byte 10.
  ['another compression', claiming(zip(entry), 10, 12), 'stored or deflated entries, but "a.npy" has method 12'],
  ['text beside the arrays', zip({ ...entry, 'readme.txt': new Uint8Array(1) }), 'end in .npy), got "readme.txt"'],
  ['Python objects', zip({ 'a.npy': objectFile('N.') }), 'x.npz (a.npy): expected an array of objects'],
  [
    'a damaged array',
    zip({ 'a.npy': floatsFile(1).subarray(0, -1) }),
    'x.npz (a.npy): expected 4 bytes for the shape [1]',
  ],
  ['an array that is none', zip({ 'a.npy': new Uint8Array(3) }), 'x.npz (a.npy): expected a .npy file'],
  ['a name for a terminal', zip({ '\u001b[31m.npy': new Uint8Array(3) }), 'x.npz (?[31m.npy): '],
  ['an empty file', new Uint8Array(0), 'expected an .npz file (a zip by numpy.savez), got an empty file'],
  ['a .npy file', npyFile(''), 'got a file that begins with 93 4e 55 4d'],
])('refuses %s', (_, bytes, message) => {
  const refused = refusal(() => read(bytes));
  expect(refused).toMatch(/^x\.npz/);
  expect(refused).toContain(message);
});

test('objects are not arrays of numbers', () => {
  const objects = fixture('numpy-1.24-list.npy');
  expect(refusal(() => read(zip({ 'a.npy': objects })))).toBe(
    'x.npz: expected arrays of numbers, but "a.npy" holds Python objects',
  );
});

test('deflated bytes that are none are refused', () => {
  const file = zip({ 'a.npy': new Uint8Array(1000) });
  // The entry's bytes begin behind its header of 30 bytes and its name. Block type 3 does not exist.
  file[30 + 'a.npy'.length] = 0xff;
  expect(refusal(() => read(file))).toBe('x.npz: expected 1000 bytes for "a.npy", got something that does not unpack');
});

test('a file cut anywhere is refused', () => {
  const file = fixture('numpy-1.24-compressed.npz');
  for (let length = 0; length < file.length; length++) refusal(() => read(file.subarray(0, length)));
});

test('what is written is read, by names of any kind', () => {
  const array = fc.oneof(fc.float32Array({ maxLength: 6 }), fc.float64Array({ maxLength: 6 }));
  const name = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 5 }),
    fc.constantFrom('__proto__', '', 'a/b', 'a.npy'),
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(name, array), { maxLength: 5 }), (list) => {
      const arrays = new Map(list.map(([key, data]) => [key, { shape: [data.length, 1], data }]));
      const wanted = [...arrays].map(([key, { shape, data }]) => {
        return [key, { dtype: data instanceof Float32Array ? 'F32' : 'F64', shape, values: [...data] }] as const;
      });
      expect(decoded(read(writeNpz(arrays)))).toEqual(new Map(wanted));
    }),
  );
});
