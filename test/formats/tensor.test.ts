import fc from 'fast-check';
import { expect, test } from 'vitest';
import { elementCount, isTensor, rowMajorStrides, tensorOver } from '../../src/formats/tensor.ts';

test('any strides are read as nested loops read them', () => {
  const axis = fc.record({ length: fc.integer({ min: 0, max: 4 }), stride: fc.integer({ min: 0, max: 9 }) });
  fc.assert(
    fc.property(fc.array(axis, { maxLength: 4 }), fc.integer({ min: 0, max: 5 }), (axes, offset) => {
      const reach = axes.reduce((sum, { length, stride }) => sum + length * stride, offset + 1);
      const memory = Float32Array.from({ length: reach }, (_, i) => i + 0.5);
      const indices = axes.reduce<number[]>(
        (starts, { length, stride }) => starts.flatMap((at) => Array.from({ length }, (_, i) => at + i * stride)),
        [offset],
      );
      const tensor = tensorOver({
        bytes: new Uint8Array(memory.buffer),
        dtype: 'F32',
        shape: axes.map(({ length }) => length),
        strides: axes.map(({ stride }) => stride),
        offset,
      });
      expect([...tensor.toFloat32()]).toEqual(indices.map((i) => memory[i]));
      expect([...tensor.toFloat64()]).toEqual(indices.map((i) => memory[i]));
    }),
  );
});

test('float32 is copied from any byte, also of a Buffer, whose slice is no copy', () => {
  const bytes = Buffer.alloc(11);
  bytes.writeFloatLE(1.5, 3);
  bytes.writeFloatLE(-2, 7);
  const tensor = tensorOver({ bytes: bytes.subarray(3), dtype: 'F32', shape: [2], strides: [1], offset: 0 });
  const values = tensor.toFloat32();
  expect([...values]).toEqual([1.5, -2]);
  values[0] = 9;
  expect([...tensor.toFloat32()]).toEqual([1.5, -2]);
});

test('float64 keeps what float32 rounds', () => {
  const bytes = new Uint8Array(Float64Array.of(0.1).buffer);
  const tensor = tensorOver({ bytes, dtype: 'F64', shape: [], strides: [], offset: 0 });
  expect(tensor.toFloat64()[0]).toBe(0.1);
  expect(tensor.toFloat32()[0]).toBe(Math.fround(0.1));
});

test('every whole number of a file is read with its sign, as far as a number is exact', () => {
  const cases = [
    ['I8', Int8Array.of(-128, 127)],
    ['U8', Uint8Array.of(0, 255)],
    ['I16', Int16Array.of(-32768, 32767)],
    ['U16', Uint16Array.of(0, 65535)],
    ['I32', Int32Array.of(-(2 ** 31), 2 ** 31 - 1)],
    ['U32', Uint32Array.of(0, 2 ** 32 - 1)],
    ['I64', BigInt64Array.of(-(2n ** 63n), 2n ** 53n - 1n)],
    ['U64', BigUint64Array.of(2n ** 53n - 1n, 2n ** 63n)],
  ] as const;
  for (const [dtype, data] of cases) {
    const tensor = tensorOver({ bytes: new Uint8Array(data.buffer), dtype, shape: [2], strides: [1], offset: 0 });
    expect([...tensor.toFloat64()], dtype).toEqual([...data].map(Number));
  }
});

test('counts elements, none beside a zero however long the rest', () => {
  expect(elementCount([])).toBe(1);
  expect(elementCount([2, 3, 4])).toBe(24);
  expect(elementCount([...Array.from({ length: 40 }, () => 2 ** 53), 0])).toBe(0);
  expect(elementCount(Array.from({ length: 40 }, () => 2 ** 53))).toBe(Infinity);
});

test('row-major strides', () => {
  expect(rowMajorStrides([2, 3, 4])).toEqual([12, 4, 1]);
  expect(rowMajorStrides([])).toEqual([]);
});

test('tells tensors from other values of a checkpoint', () => {
  const tensor = tensorOver({ bytes: new Uint8Array(1), dtype: 'U8', shape: [], strides: [], offset: 0 });
  expect([tensor, null, 1, 'text', [], new Map(), undefined].map(isTensor)).toEqual([
    true,
    ...Array.from({ length: 6 }, () => false),
  ]);
});
