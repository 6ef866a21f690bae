import { expect, test } from 'vitest';
import { evaluateStep } from '../../../src/graph/graph.ts';
import type { Tensor } from '../../../src/graph/operation.ts';
import type { Step } from '../../../src/graph/operations/index.ts';
import { tensor } from '../tensors.ts';

/** [the PyTorch call, the step, its inputs, its result as PyTorch 1.13 gives it]. */
type Definition = readonly [call: string, step: Step, inputs: readonly Tensor[], result: Tensor];

const x = tensor([1, 2, 5], 1, -2, 3, 0.5, 4, 0, 1, -1, 2, -3);
const kernel = tensor([2, 2, 3], 1, 0, -1, 2, 1, 0.5, 0, 1, 0, -1, 0, 3);
const bias = tensor([2], 0.25, -1);
const conv = (dilation: number): Step => ({ name: 'conv1d', attributes: { dilation } });
const up = (factor: number): Step => ({ name: 'upsampleLinear', attributes: { factor } });
const down = (factor: number): Step => ({ name: 'downsampleLinear', attributes: { factor } });
const upAdjoint = (factor: number): Step => ({ name: 'upsampleLinearAdjoint', attributes: { factor } });
const downAdjoint = (factor: number): Step => ({ name: 'downsampleLinearAdjoint', attributes: { factor } });
const kernelGradient = (dilation: number): Step => ({
  name: 'conv1dKernelGradient',
  attributes: { dilation, taps: 3 },
});
const upstream = tensor([1, 2, 5], 1, 2, -1, 0, 3, 0, 1, 2, -2, 1);
const byTap = tensor([1, 3, 3], 8, -8, 4, 1, 2, 3, 0, 4, -4);
const short = tensor([1, 1, 3], 1, -2, 4);
const long = tensor([1, 1, 6], 1, -2, 4, 8, 16, -32);

const definitions: readonly Definition[] = [
  [
    'F.conv1d(x, kernel, bias, padding=1)',
    conv(1),
    [x, kernel, bias],
    tensor([1, 2, 5], 2.75, -1.25, -0.25, -2.25, 1.75, 3, -6, 7, -8.5, 1),
  ],
  [
    'F.conv1d(x, kernel, bias, padding=2, dilation=2)',
    conv(2),
    [x, kernel, bias],
    tensor([1, 2, 5], -3.25, 1.75, -5.25, 2.25, -1.75, -3, 3, -7, -1.5, 4),
  ],
  [
    'F.conv1d(x, kernel, bias, padding=8, dilation=8), longer than the signal',
    conv(8),
    [x, kernel, bias],
    tensor([1, 2, 5], 0.25, 1.25, -0.75, 2.25, -2.75, 0, -3, 2, -0.5, 3),
  ],
  [
    'F.conv1d of five taps, padding=2',
    conv(1),
    [tensor([1, 1, 3], 1, 10, 100), tensor([1, 1, 5], 1, 2, 3, 4, 5), tensor([1], 0)],
    tensor([1, 1, 3], 543, 432, 321),
  ],
  ["F.interpolate(scale_factor=1, mode='linear')", up(1), [short], short],
  ["F.interpolate(scale_factor=2, mode='linear')", up(2), [short], tensor([1, 1, 6], 1, 0.25, -1.25, -0.5, 2.5, 4)],
  ["F.interpolate(scale_factor=3, mode='linear')", up(3), [short], tensor([1, 1, 9], 1, 1, 0, -1, -2, 0, 2, 4, 4)],
  [
    "F.interpolate(scale_factor=5, mode='linear')",
    up(5),
    [short],
    tensor([1, 1, 15], 1, 1, 1, 0.4, -0.2, -0.8, -1.4, -2, -0.8, 0.4, 1.6, 2.8, 4, 4, 4),
  ],
  ['F.interpolate of one sample', up(4), [tensor([1, 1, 1], 7)], tensor([1, 1, 4], 7, 7, 7, 7)],
  ["F.interpolate(scale_factor=1/2, mode='linear')", down(2), [long], tensor([1, 1, 3], -0.5, 6, -8)],
  ["F.interpolate(scale_factor=1/3, mode='linear')", down(3), [long], tensor([1, 1, 2], -2, 16)],
  ["F.interpolate(scale_factor=1/6, mode='linear')", down(6), [long], tensor([1, 1, 1], 6)],
  [
    'F.leaky_relu(x, 0.2)',
    { name: 'leakyRelu', attributes: { slope: 0.2 } },
    [tensor([4], -5, -0.5, 0, 2)],
    tensor([4], -1, -0.1, 0, 2),
  ],
  [
    'torch.sin(x.double())',
    { name: 'sin', attributes: {} },
    [tensor([4], 0, 1, -2, 5000)],
    tensor([4], 0, 0.8414709848078965, -0.9092974268256817, -0.9879664387667768),
  ],
  [
    'torch.cos(x.double())',
    { name: 'cos', attributes: {} },
    [tensor([4], 0, 1, -2, 5000)],
    tensor([4], 1, 0.5403023058681398, -0.4161468365471424, 0.15466840618074712),
  ],
  [
    'a + b, a column repeated',
    { name: 'add', attributes: {} },
    [tensor([2, 2], 1, 2, 3, 4), tensor([2, 1], 10, 20)],
    tensor([2, 2], 11, 12, 23, 24),
  ],
  [
    'a * b, one dimension of each side repeated',
    { name: 'mul', attributes: {} },
    [tensor([2, 1, 2], 1, 2, 3, 4), tensor([1, 2, 1], 10, 100)],
    tensor([2, 2, 2], 10, 20, 100, 200, 30, 40, 300, 400),
  ],
  [
    'torch.cat([a, b], 1)',
    { name: 'concat', attributes: {} },
    [tensor([2, 2], 1, 2, 3, 4), tensor([2, 1], 10, 20)],
    tensor([2, 3], 1, 2, 10, 3, 4, 20),
  ],
  [
    "the kernel's gradient of F.conv1d(x, kernel, padding=1) by upstream",
    kernelGradient(1),
    [x, upstream],
    tensor([2, 2, 3], 5.5, 6, 3.5, 5, -6, -3, -8.5, 7, -4, 6, -8, 9),
  ],
  [
    "the kernel's gradient of F.conv1d(x, kernel, padding=2, dilation=2) by upstream",
    kernelGradient(2),
    [x, upstream],
    tensor([2, 2, 3], 8, 6, 0, -3, -6, 6, 9, 7, 8.5, -3, -8, -4),
  ],
  [
    'kernel.transpose(0, 1).flip(2)',
    { name: 'adjointKernel', attributes: {} },
    [kernel],
    tensor([2, 2, 3], -1, 0, 1, 0, 1, 0, 0.5, 1, 2, 3, 0, -1),
  ],
  [
    "the gradient of F.interpolate(scale_factor=2, mode='linear')",
    upAdjoint(2),
    [long],
    tensor([1, 1, 3], 0.5, 12.5, -18),
  ],
  [
    "the gradient of F.interpolate(scale_factor=3, mode='linear')",
    upAdjoint(3),
    [long],
    tensor([1, 1, 2], 13 / 3, -28 / 3),
  ],
  ['the gradient of F.interpolate of one sample', upAdjoint(6), [long], tensor([1, 1, 1], -5)],
  [
    'F.conv1d(F.interpolate(byTap, scale_factor=2), torch.eye(3)[None], padding=1): each channel is what one tap reads',
    { name: 'upsampleTaps', attributes: { factor: 2, dilation: 1, taps: 3 } },
    [byTap],
    tensor([1, 1, 6], 2, 12.25, 7.75, -3.75, -6.25, 4),
  ],
  [
    'F.conv1d(F.interpolate(byTap[:, :, :1], scale_factor=4), torch.eye(3)[None], padding=2, dilation=2)',
    { name: 'upsampleTaps', attributes: { factor: 4, dilation: 2, taps: 3 } },
    [tensor([1, 3, 1], 8, 1, 0)],
    tensor([1, 1, 4], 1, 1, 9, 9),
  ],
  [
    'the gradient by byTap of the first of these',
    { name: 'upsampleTapsAdjoint', attributes: { factor: 2, dilation: 1, taps: 3 } },
    [long],
    tensor([1, 3, 3], 3, 11, -20, 0.5, 12.5, -18, 0.25, 3.75, 23),
  ],
  [
    'the gradient of F.conv1d(F.interpolate(x, scale_factor=3), torch.eye(3)[None], padding=2, dilation=2)',
    { name: 'upsampleTapsAdjoint', attributes: { factor: 3, dilation: 2, taps: 3 } },
    [long],
    tensor([1, 3, 2], 12, -16, 13 / 3, -28 / 3, 0, 11),
  ],
  [
    'kernel.transpose(1, 2).reshape(6, 2, 1)',
    { name: 'stackTaps', attributes: {} },
    [tensor([2, 2, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)],
    tensor([6, 2, 1], 1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12),
  ],
  [
    'kernel.reshape(2, 3, 2).transpose(1, 2)',
    { name: 'unstackTaps', attributes: { taps: 3 } },
    [tensor([6, 2, 1], 1, 4, 2, 5, 3, 6, 7, 10, 8, 11, 9, 12)],
    tensor([2, 2, 3], 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12),
  ],
  [
    "the gradient of F.interpolate(scale_factor=1/2, mode='linear')",
    downAdjoint(2),
    [short],
    tensor([1, 1, 6], 0.5, 0.5, -1, -1, 2, 2),
  ],
  [
    "the gradient of F.interpolate(scale_factor=1/3, mode='linear')",
    downAdjoint(3),
    [short],
    tensor([1, 1, 9], 0, 1, 0, 0, -2, 0, 0, 4, 0),
  ],
  [
    'the gradient of F.leaky_relu(x, 0.2), which takes the left side at 0',
    { name: 'leakyReluGradient', attributes: { slope: 0.2 } },
    [tensor([4], -5, -0.5, 0, 2), tensor([4], 1, 2, 3, 4)],
    tensor([4], 0.2, 0.4, 0.6, 4),
  ],
  [
    'F.conv1d without a bias',
    conv(1),
    [tensor([1, 1, 3], 1, 10, 100), tensor([1, 1, 1], 2)],
    tensor([1, 1, 3], 2, 20, 200),
  ],
  ['a - b', { name: 'sub', attributes: {} }, [tensor([2], 1, 2), tensor([2], 10, -20)], tensor([2], -9, 22)],
  ['a / b', { name: 'div', attributes: {} }, [tensor([2], 1, 2), tensor([2], 10, -20)], tensor([2], 0.1, -0.1)],
  ['-x', { name: 'neg', attributes: {} }, [tensor([2], 1, -2)], tensor([2], -1, 2)],
  ['x.abs()', { name: 'abs', attributes: {} }, [tensor([2], 1, -2)], tensor([2], 1, 2)],
  ['x.sign()', { name: 'sign', attributes: {} }, [tensor([3], 3, -2, 0)], tensor([3], 1, -1, 0)],
  ['x.sqrt()', { name: 'sqrt', attributes: {} }, [tensor([2], 9, 0.25)], tensor([2], 3, 0.5)],
  [
    'x.clamp(-1, 2)',
    { name: 'clip', attributes: { low: -1, high: 2 } },
    [tensor([3], 3, -2, 0)],
    tensor([3], 2, -1, 0),
  ],
  [
    'x.sum((0, 2), keepdim=True)',
    { name: 'reduceSum', attributes: { axes: [0, 2] } },
    [tensor([2, 2, 2], 1, 2, 3, 4, 5, 6, 7, 8)],
    tensor([1, 2, 1], 14, 22),
  ],
  [
    'x.mean((0, 1), keepdim=True)',
    { name: 'mean', attributes: {} },
    [tensor([2, 2], 1, 2, 3, 5)],
    tensor([1, 1], 2.75),
  ],
  [
    'the gradient of x.mean()',
    { name: 'spreadLike', attributes: {} },
    [tensor([1, 1], 6), tensor([1, 3], 7, 8, 9)],
    tensor([1, 3], 2, 2, 2),
  ],
  [
    'x.expand(2, 2)',
    { name: 'broadcastLike', attributes: {} },
    [tensor([2, 1], 1, 2), tensor([2, 2], 7, 8, 9, 10)],
    tensor([2, 2], 1, 1, 2, 2),
  ],
  [
    'x[:, 1:3]',
    { name: 'slice', attributes: { axis: 1, start: 1, length: 2 } },
    [tensor([2, 3], 1, 2, 3, 4, 5, 6)],
    tensor([2, 2], 2, 3, 5, 6),
  ],
  [
    'F.pad(x, (1, 0))',
    { name: 'pad', attributes: { axis: 1, before: 1, after: 0 } },
    [tensor([2, 2], 1, 2, 3, 4)],
    tensor([2, 3], 0, 1, 2, 0, 3, 4),
  ],
  ['x.squeeze(1)', { name: 'squeeze', attributes: { axis: 1 } }, [tensor([2, 1], 1, 2)], tensor([2], 1, 2)],
  ['x.unsqueeze(0)', { name: 'unsqueeze', attributes: { axis: 0 } }, [tensor([2], 1, 2)], tensor([1, 2], 1, 2)],
];

test.each(definitions)('%s', (_, step, inputs, result) => {
  const { shape, data } = evaluateStep(step, inputs);
  expect(shape).toEqual(result.shape);
  // One rounding to float32 of numbers below 600.
  data.forEach((value, i) => {
    expect(value).toBeCloseTo(result.data[i]!, 6);
  });
});
