import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bfloat16ToNumber, float16ToNumber, float32ToFloat16 } from '../../src/formats/half.ts';

/** IEEE 754-2008, binary16, word for word. */
function naiveFloat16(bits: number): number {
  const sign = (-1) ** (bits >> 15);
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** -14 * (fraction / 1024) : sign * 2 ** (exponent - 15) * (1 + fraction / 1024);
}

const allBits = Array.from({ length: 2 ** 16 }, (_, bits) => bits);

test('every float16 is decoded as the standard defines it', () => {
  expect(allBits.map(float16ToNumber)).toEqual(allBits.map(naiveFloat16));
});

test('every float16 but the NaNs is encoded as itself', () => {
  const numbers = allBits.filter((bits) => !Number.isNaN(naiveFloat16(bits)));
  expect(numbers).toHaveLength(2 ** 16 - 2 * 1023);
  expect(numbers.map((bits) => float32ToFloat16(naiveFloat16(bits)))).toEqual(numbers);
});

test('NaN stays NaN', () => {
  expect(float16ToNumber(float32ToFloat16(NaN))).toBeNaN();
});

test('rounds as PyTorch 1.13 does', () => {
  // torch.tensor([...]).half().view(torch.int16)
  const values = [
    0.1,
    -0.1,
    1 / 3,
    2049,
    2051,
    65519.99,
    65520,
    5.96e-8,
    2.98e-8,
    2.9802326e-8,
    6.1e-5,
    1e-3,
    -0,
    1e-10,
  ];
  const bits = [
    0x2e66, 0xae66, 0x3555, 0x6800, 0x6802, 0x7bff, 0x7c00, 0x0001, 0x0000, 0x0001, 0x03ff, 0x1419, 0x8000, 0x0000,
  ];
  expect(values.map(float32ToFloat16)).toEqual(bits);
});

test('rounds to the nearest, ties to even', () => {
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const bits = float32ToFloat16(value);
      const error = Math.abs(float16ToNumber(bits) - value);
      for (const neighbour of [bits - 1, bits + 1]) {
        const distance = Math.abs(naiveFloat16(neighbour & 0xffff) - value);
        if (Number.isNaN(distance)) continue;
        expect(error).toBeLessThanOrEqual(distance);
        if (error === distance) expect(bits % 2).toBe(0);
      }
    }),
  );
});

test('bfloat16 is the upper half of a float32', () => {
  // torch.tensor([0.1, 3.14159], dtype=torch.bfloat16).tolist() and .view(torch.int16)
  expect([0x3dcd, 0x4049, 0xff80, 0x0001].map(bfloat16ToNumber)).toEqual([
    0.10009765625,
    3.140625,
    -Infinity,
    2 ** -133,
  ]);
  expect(bfloat16ToNumber(0x7fc0)).toBeNaN();
});
