import { describe, expect, test } from 'vitest';
import { upsampledKernels } from '../../../src/engine/onnxruntime/eight-bit/upsampled-kernels.ts';
import { evaluateStep } from '../../../src/graph/graph.ts';
import { relativeDistance } from '../../graph/distance.ts';
import { randomTensor } from '../../graph/tensors.ts';

const [COUT, CIN, LENGTH] = [3, 2, 7];

describe.each([
  { factor: 2, taps: 3, dilation: 1 },
  { factor: 3, taps: 3, dilation: 2 },
  { factor: 5, taps: 3, dilation: 3 },
  { factor: 5, taps: 7, dilation: 1 },
])('by $factor with $taps taps $dilation apart', (attributes) => {
  test('first, inner and last samples are those of a convolution after upsampling', () => {
    const { factor, taps, dilation } = attributes;
    const x = randomTensor([1, CIN, LENGTH], 1);
    const kernel = randomTensor([COUT, CIN, taps], 2);
    const high = evaluateStep({ name: 'upsampleLinear', attributes: { factor } }, [x]);
    const expected = evaluateStep({ name: 'conv1d', attributes: { dilation } }, [high, kernel]);
    const { first, inner, last } = upsampledKernels(kernel, attributes);
    const got = new Float32Array(expected.data.length);
    for (let m = 0; m < LENGTH; m++) {
      const isFirst = m === 0;
      const { data, shape } = isFirst ? first : m === LENGTH - 1 ? last : inner;
      const from = isFirst ? 0 : m - 1;
      expect(shape.slice(0, 2)).toEqual([factor * COUT, CIN]);
      for (let row = 0; row < factor * COUT; row++) {
        let sum = 0;
        for (let i = 0; i < CIN; i++) {
          for (let k = 0; k < shape[2]!; k++)
            sum += data[(row * CIN + i) * shape[2]! + k]! * x.data[i * LENGTH + from + k]!;
        }
        const [phase, channel] = [Math.floor(row / COUT), row % COUT];
        got[channel * LENGTH * factor + m * factor + phase] = sum;
      }
    }
    // Rounding of the composed kernel to float32.
    expect(relativeDistance(got, expected.data)).toBeLessThan(1e-6);
  });
});
