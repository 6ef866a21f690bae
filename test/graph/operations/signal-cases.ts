import fc from 'fast-check';
import type { OperationName } from '../../../src/graph/operations/index.ts';
import { symbolic } from '../../../src/graph/shape.ts';
import { batch, type Cases, CHANNELS, frames, signal, sizes } from './operands.ts';

const FACTORS = [1, 2, 3, 4, 5];
const DILATIONS = [1, 2, 4, 8];

/** Whether a resampling takes [batch, channels, factor · n] rather than any length. */
const SHORTENS = {
  upsampleLinear: false,
  downsampleLinear: true,
  upsampleLinearAdjoint: true,
  downsampleLinearAdjoint: false,
};

const resampling = (name: keyof typeof SHORTENS): Cases => ({
  fitting: fc
    .record({ sizes, channels: fc.constantFrom(...CHANNELS), factor: fc.constantFrom(...FACTORS), fixed: fc.boolean() })
    .map(({ sizes, channels, factor, fixed }) => {
      const times = SHORTENS[name] ? factor : 1;
      const time = fixed ? sizes.frames * times : symbolic('frames', times);
      return { step: { name, attributes: { factor } }, shapes: [[batch, channels, time]], sizes };
    }),
  misfits: [
    ['another rank', { name, attributes: { factor: 2 } }, [[3, 4]], new RegExp(`^${name}: .*\\[3, 4\\]`)],
    ...(SHORTENS[name] ? lengthsWithRest(name) : []),
  ],
});

const lengthsWithRest = (name: keyof typeof SHORTENS): Cases['misfits'] => [
  ['a length that leaves a rest', { name, attributes: { factor: 2 } }, [[1, 1, 7]], /7 .* 2$/],
  [
    'a symbolic length that leaves a rest',
    { name, attributes: { factor: 2 } },
    [[1, 1, symbolic('frames', 3)]],
    /3·frames .* 2$/,
  ],
];

const conv1d: Cases['misfits'][number][1] = { name: 'conv1d', attributes: { dilation: 1 } };
const kernelGradient: Cases['misfits'][number][1] = {
  name: 'conv1dKernelGradient',
  attributes: { dilation: 1, taps: 3 },
};
/** Operations along time. */
export const signalCases = {
  conv1d: {
    fitting: fc
      .record({
        signal,
        cout: fc.constantFrom(...CHANNELS),
        taps: fc.constantFrom(1, 3, 5),
        dilation: fc.constantFrom(...DILATIONS),
        bias: fc.boolean(),
      })
      .map(({ signal: { sizes, shape }, cout, taps, dilation, bias }) => ({
        step: { name: 'conv1d', attributes: { dilation } },
        shapes: [shape, [cout, shape[1]!, taps], ...(bias ? [[cout]] : [])],
        sizes,
        weights: [1, 2],
      })),
    misfits: [
      [
        'other input channels',
        conv1d,
        [[1, 2, 9], [4, 3, 3], [4]],
        /input \[1, 2, 9\], kernel \[4, 3, 3\] and bias \[4\]/,
      ],
      ['another bias', conv1d, [[1, 2, 9], [4, 2, 3], [5]], /bias \[5\] do not fit/],
      ['an even number of taps', conv1d, [[1, 2, 9], [4, 2, 4], [4]], /kernel \[4, 2, 4\]/],
      ['an input without channels', conv1d, [[1, 9], [4, 2, 3], [4]], /input \[1, 9\]/],
      ['a kernel without taps', conv1d, [[1, 2, 9], [4, 2], [4]], /kernel \[4, 2\]/],
      ['a kernel of symbolic length', conv1d, [[1, 2, 9], [4, 2, frames], [4]], /kernel \[4, 2, frames\]/],
    ],
  },
  conv1dKernelGradient: {
    fitting: fc
      .record({
        signal,
        cout: fc.constantFrom(...CHANNELS),
        taps: fc.constantFrom(1, 3, 5),
        dilation: fc.constantFrom(...DILATIONS),
      })
      .map(({ signal: { sizes, shape }, cout, taps, dilation }) => ({
        step: { name: 'conv1dKernelGradient', attributes: { dilation, taps } },
        shapes: [shape, shape.with(1, cout)],
        sizes,
        positive: true,
      })),
    misfits: [
      [
        'another batch',
        kernelGradient,
        [
          [1, 2, 9],
          [2, 4, 9],
        ],
        /input \[1, 2, 9\] and upstream \[2, 4, 9\] do not fit/,
      ],
      [
        'another length',
        kernelGradient,
        [
          [1, 2, frames],
          [1, 4, 9],
        ],
        /do not fit/,
      ],
      [
        'an input without channels',
        kernelGradient,
        [
          [1, 9],
          [1, 4, 9],
        ],
        /input \[1, 9\]/,
      ],
    ],
  },
  adjointKernel: {
    fitting: fc
      .record({ cout: fc.constantFrom(...CHANNELS), cin: fc.constantFrom(...CHANNELS), taps: fc.constantFrom(1, 3, 5) })
      .map(({ cout, cin, taps }) => ({
        step: { name: 'adjointKernel', attributes: {} },
        shapes: [[cout, cin, taps]],
        sizes: {},
      })),
    misfits: [
      ['another rank', { name: 'adjointKernel', attributes: {} }, [[2, 3]], /\[2, 3\]/],
      ['a symbolic length', { name: 'adjointKernel', attributes: {} }, [[2, 3, frames]], /\[2, 3, frames\]/],
      ['symbolic channels', { name: 'adjointKernel', attributes: {} }, [[2, batch, 3]], /\[2, batch, 3\]/],
    ],
  },
  upsampleLinear: resampling('upsampleLinear'),
  upsampleLinearAdjoint: resampling('upsampleLinearAdjoint'),
  downsampleLinear: resampling('downsampleLinear'),
  downsampleLinearAdjoint: resampling('downsampleLinearAdjoint'),
} satisfies Partial<Record<OperationName, Cases>>;
