import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eightBitKernel, scaleOf } from '../../../src/engine/onnxruntime/eight-bit/quantised.ts';
import { randomTensor, tensor } from '../../graph/tensors.ts';

test('a range is held whole, to half a step, and 0 exactly', () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(finite, finite, (a, b) => {
      const { step, zero } = scaleOf([Math.min(a, b), Math.max(a, b)]);
      expect(Number.isInteger(zero) && zero >= 0 && zero <= 255).toBe(true);
      expect(step).toBeGreaterThan(0);
      for (const x of [a, b, 0]) {
        const q = Math.min(255, Math.max(0, Math.round(x / step) + zero));
        expect(Math.abs(step * (q - zero) - x)).toBeLessThanOrEqual(step * 0.5000001);
      }
    }),
  );
});

test('each output channel has weights up to the largest, and biases in steps of its sums', () => {
  const kernel = randomTensor([5, 3, 3], 1);
  const biases = [0, 1, -2, 1e-3, 100];
  const { weights, steps, biases: whole } = eightBitKernel(kernel, biases, 0.01, 63);
  for (let o = 0; o < 5; o++) {
    const row = weights.subarray(o * 9, (o + 1) * 9);
    expect(Math.max(...row.map(Math.abs))).toBe(63);
    row.forEach((weight, i) => {
      expect(Math.abs(weight * steps[o]! - kernel.data[o * 9 + i]!)).toBeLessThanOrEqual(0.50001 * steps[o]!);
    });
    expect(Math.abs(whole[o]! * steps[o]! * 0.01 - biases[o]!)).toBeLessThanOrEqual(0.50001 * steps[o]! * 0.01);
  }
});

test('a channel of zeros keeps its bias, to a billionth', () => {
  const { weights, steps, biases } = eightBitKernel(tensor([1, 2, 1], 0, 0), [3], 0.01, 127);
  expect([...weights]).toEqual([0, 0]);
  expect(Math.abs((biases[0]! * steps[0]! * 0.01) / 3 - 1)).toBeLessThan(1e-7);
});
