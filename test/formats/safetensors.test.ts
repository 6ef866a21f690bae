import fc from 'fast-check';
import { expect, test } from 'vitest';
import { float16ToNumber, float32ToFloat16 } from '../../src/formats/half.ts';
import { readPyTorch } from '../../src/formats/pytorch.ts';
import { readSafetensors, writeSafetensors } from '../../src/formats/safetensors.ts';
import type { Tensor } from '../../src/formats/tensor.ts';
import { outcome, refusal } from './refusal.ts';
import { tensorPickle, torchFile } from './torch-file.ts';

/** A file by the format's description: header length, header, data. */
function safetensors(header: unknown, data: Uint8Array, headerBytes?: bigint): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(headerBytes ?? BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

const read = (bytes: Uint8Array) => readSafetensors(bytes, 'x.safetensors');
const f32 = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);

test('reads each float type, in any place of the data', () => {
  const data = Buffer.alloc(17);
  data.writeInt8(-3, 0);
  data.writeFloatLE(1.5, 1);
  data.writeDoubleLE(0.1, 5);
  data.writeUInt16LE(0x3c00, 13);
  data.writeUInt16LE(0x4049, 15);
  const { tensors } = read(
    safetensors(
      {
        half: { dtype: 'F16', shape: [1, 1], data_offsets: [13, 15] },
        byte: { dtype: 'I8', shape: [], data_offsets: [0, 1] },
        float: { dtype: 'F32', shape: [1], data_offsets: [1, 5] },
        double: { dtype: 'F64', shape: [1], data_offsets: [5, 13] },
        brain: { dtype: 'BF16', shape: [1], data_offsets: [15, 17] },
        none: { dtype: 'F32', shape: [0, 4], data_offsets: [17, 17] },
      },
      data,
    ),
  );
  expect([...tensors].map(([name, { dtype, shape, toFloat64 }]) => [name, dtype, shape, [...toFloat64()]])).toEqual([
    ['half', 'F16', [1, 1], [1]],
    ['byte', 'I8', [], [-3]],
    ['float', 'F32', [1], [1.5]],
    ['double', 'F64', [1], [0.1]],
    ['brain', 'BF16', [1], [3.140625]],
    ['none', 'F32', [0, 4], []],
  ]);
});

test('writes the bytes that the format describes, the header padded to a multiple of 8', () => {
  const bytes = writeSafetensors(new Map([['a', { shape: [2], data: Float32Array.of(1, -2) }]]), { k: 'v' });
  const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
  const padding = ' '.repeat((8 - (header.length % 8)) % 8);
  expect(Buffer.from(bytes)).toEqual(safetensors(header + padding, f32(1, -2)));
});

test('float32 comes back bit for bit and float16 rounded, with names, shapes and metadata', () => {
  const tensor = fc.record({
    data: fc.float32Array({ maxLength: 8 }),
    dtype: fc.constantFrom('F32' as const, 'F16' as const),
  });
  const name = fc.string({ unit: 'grapheme', maxLength: 5 });
  const names = fc.oneof(name, fc.constantFrom('__proto__', 'constructor', ''));
  fc.assert(
    fc.property(
      fc.array(fc.tuple(names, tensor), { maxLength: 5 }),
      fc.dictionary(names, name, { maxKeys: 3 }),
      (list, metadata) => {
        const written = new Map(list.map(([key, { data, dtype }]) => [key, { shape: [1, data.length], data, dtype }]));
        const back = read(writeSafetensors(written, metadata));
        expect(new Set(back.tensors.keys())).toEqual(new Set(written.keys()));
        expect(Object.entries(back.metadata)).toEqual(Object.entries(metadata));
        for (const [key, { shape, data, dtype }] of written) {
          const rounded = dtype === 'F16' ? data.map((value) => float16ToNumber(float32ToFloat16(value))) : data;
          expect(back.tensors.get(key)).toMatchObject({ shape, dtype });
          expect(back.tensors.get(key)?.toFloat32()).toEqual(rounded);
        }
      },
    ),
  );
});

test('the weights of a PyTorch file are written bit for bit, whatever they are', () => {
  const bits = fc.uint32Array({ minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(bits, fc.boolean(), (words, isView) => {
      const offset = isView ? 1 : 0;
      const shape = [words.length - offset];
      const pickle = tensorPickle({ storageLength: words.length, offset, shape, strides: [1] });
      const tensor = readPyTorch(torchFile(pickle, { 0: new Uint8Array(words.buffer) }), 'x.pt') as Tensor;
      const bytes = writeSafetensors(new Map([['w', { shape, data: tensor.toFloat32() }]]));
      const back = read(bytes).tensors.get('w')!.toFloat32();
      // Also NaNs with what they carry, of which a comparison of numbers sees nothing.
      expect(new Uint32Array(back.buffer)).toEqual(words.slice(offset));
      expect(bytes.subarray(bytes.length - 4 * shape[0]!)).toEqual(new Uint8Array(words.slice(offset).buffer));
    }),
  );
});

test('every tensor is aligned to its element', () => {
  const data = Float32Array.of(1);
  const bytes = writeSafetensors(
    new Map([
      ['half', { shape: [1], data, dtype: 'F16' as const }],
      ['float', { shape: [1], data }],
    ]),
  );
  const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
  expect(headerBytes % 8).toBe(0);
  expect(JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerBytes)).toString())).toMatchObject({
    float: { data_offsets: [0, 4] },
    half: { data_offsets: [4, 6] },
  });
});

test('refuses to write what it could not read', () => {
  const data = Float32Array.of(1);
  expect(refusal(() => writeSafetensors(new Map([['a', { shape: [2], data }]])))).toBe(
    'tensor "a": expected 2 elements for [2], got 1',
  );
  expect(refusal(() => writeSafetensors(new Map([['__metadata__', { shape: [1], data }]])))).toContain('reserved');
});

test.each([2n ** 63n, 2n ** 64n - 1n, 100_000_001n, 3n])(
  'a header of %s bytes in a file of 10 is refused',
  (length) => {
    expect(refusal(() => read(safetensors('{}', new Uint8Array(0), length)))).toBe(
      `x.safetensors: expected a safetensors header of at most 2 bytes, got one of ${length}`,
    );
  },
);

const one = { dtype: 'F32', shape: [1], data_offsets: [0, 4] };

test.each([
  ['no JSON', '{"a":', 'header in JSON'],
  ['a text', '"a"', 'JSON object'],
  ['a list', [], 'JSON object'],
  ['deep nesting', '['.repeat(100_000), 'header in JSON'],
  ['a tensor that is a number', { a: 1 }, 'known dtype for tensor "a", got none'],
  ['an unknown dtype', { a: { ...one, dtype: 'F8_E4M3' } }, 'got "F8_E4M3"'],
  ['a dtype from the prototype', { a: { ...one, dtype: 'constructor' } }, 'got "constructor"'],
  ['a fractional shape', { a: { ...one, shape: [0.5] } }, 'shape of whole numbers'],
  ['a negative shape', { a: { ...one, shape: [-1, -1] } }, 'shape of whole numbers'],
  ['a shape beyond all numbers', { a: { ...one, shape: Array(40).fill(2 ** 52) } }, 'expected Infinity bytes'],
  ['one offset', { a: { ...one, data_offsets: [0] } }, 'two data_offsets'],
  ['offsets backwards', { a: { ...one, data_offsets: [4, 0] } }, 'got offsets 4 to 0'],
  [
    'a size that is not its shape',
    { a: { ...one, shape: [2] } },
    'expected 8 bytes for tensor "a", got offsets 0 to 4',
  ],
  [
    'a tensor outside the data',
    { a: { ...one, shape: [2], data_offsets: [0, 8] } },
    'expected 8 bytes of data after the header, got 4',
  ],
  ['data of no tensor', {}, 'expected 0 bytes of data after the header, got 4'],
  ['a hole at the start', { a: { ...one, data_offsets: [4, 8] } }, 'to begin at byte 0 of the data, got 4'],
  ['an overlap', { a: one, b: one }, 'tensor "b" to begin at byte 4 of the data, got 0'],
  ['metadata that is no text', { __metadata__: { k: 1 }, a: one }, '__metadata__'],
  ['metadata that is a list', { __metadata__: [], a: one }, '__metadata__'],
])('refuses %s', (_, header, message) => {
  expect(refusal(() => read(safetensors(header, f32(1))))).toContain(message);
});

test('refuses a header that is no UTF-8', () => {
  const bytes = safetensors('{"a":1}', new Uint8Array(0));
  bytes[10] = 0xff;
  expect(refusal(() => read(bytes))).toContain('header in JSON');
});

test('refuses a file of fewer than 8 bytes', () => {
  expect(refusal(() => read(new Uint8Array(7)))).toContain('at least 8 bytes, got 7');
});

const sample = writeSafetensors(
  new Map([
    ['weight', { shape: [3, 5], data: Float32Array.from({ length: 15 }, (_, i) => i / 7) }],
    ['bias', { shape: [3], data: Float32Array.of(1, 2, 3), dtype: 'F16' }],
  ]),
  { format: 'pt' },
);

test('a file cut anywhere is refused', () => {
  for (let length = 0; length < sample.length; length++) refusal(() => read(sample.subarray(0, length)));
});

test('a file with damaged bytes is read or refused', () => {
  const change = fc.tuple(fc.nat(sample.length - 1), fc.integer({ min: 0, max: 255 }));
  const counts = { read: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
      const bytes = Uint8Array.from(sample);
      for (const [at, byte] of changes) bytes[at] = byte;
      const message = outcome(() => {
        for (const tensor of read(bytes).tensors.values()) tensor.toFloat32();
      });
      counts[message === undefined ? 'read' : 'refused']++;
    }),
    { numRuns: 1000, seed: 1, endOnFailure: true },
  );
  expect(counts.read).toBeGreaterThan(0);
  expect(counts.refused).toBeGreaterThan(0);
});
