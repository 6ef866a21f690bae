import fc from 'fast-check';
import type { Tensor } from '../../../src/graph/operation.ts';
import type { OperationName, Step } from '../../../src/graph/operations/index.ts';
import { dimSize, type Shape, type Sizes, symbolic } from '../../../src/graph/shape.ts';
import { randomTensor } from '../tensors.ts';

/** An operation's attributes with inputs that fit: their shapes, and what the symbols in them stand for. */
export interface Operands {
  readonly step: Step;
  readonly shapes: readonly Shape[];
  readonly sizes: Sizes;
  /** Inputs that are trained weights, by their place; engines may pack those. */
  readonly weights?: readonly number[];
  /** Standard deviation of the inputs; default 1. */
  readonly magnitude?: number;
  /** Whether inputs are above 0. */
  readonly positive?: boolean;
}

/** Random inputs for an operation, the same for the same seed. */
export function tensorsFor({ shapes, sizes, magnitude, positive }: Operands, seed: number): Tensor[] {
  return shapes.map((shape, i) => {
    const numbers = shape.map((dim) => dimSize(dim, sizes));
    const { data } = randomTensor(numbers, seed + i, magnitude);
    return { shape: numbers, data: positive ? data.map(Math.abs) : data };
  });
}

interface Cases {
  readonly fitting: fc.Arbitrary<Operands>;
  /** Inputs that do not fit, with what the refusal must say; none for an operation that takes everything. */
  readonly misfits: readonly (readonly [what: string, step: Step, shapes: readonly Shape[], message: RegExp])[];
}

const SLOPES = [0, 0.2, 1];
const FACTORS = [1, 2, 3, 4, 5];
const DILATIONS = [1, 2, 4, 8];
/** Eight and more channels meet ONNX Runtime's blocked kernels, fewer do not. */
const CHANNELS = [1, 3, 8, 16];

const sizes = fc.record({ batch: fc.constantFrom(1, 3), frames: fc.integer({ min: 1, max: 9 }) });
const batch = symbolic('batch');
const frames = symbolic('frames');

/** [batch, channels, times · frames], with numbers in place of symbols half of the time. */
const signal = fc
  .record({ sizes, channels: fc.constantFrom(...CHANNELS), times: fc.constantFrom(1, 2, 3, 5), fixed: fc.boolean() })
  .map(({ sizes, channels, times, fixed }) => {
    const shape: Shape = fixed
      ? [sizes.batch, channels, sizes.frames * times]
      : [batch, channels, symbolic('frames', times)];
    return { sizes, shape };
  });

/** Shapes of rank 1, 2 and 3. */
const anyShape = fc
  .record({ sizes, rank: fc.constantFrom(1, 2, 3), width: fc.integer({ min: 1, max: 5 }) })
  .map(({ sizes, rank, width }) => ({ sizes, shape: [batch, width, frames].slice(0, rank) as Shape }));

const binary = (name: 'add' | 'div' | 'mul' | 'sub'): Cases => ({
  // Each dimension of either side may be 1, and is then repeated.
  fitting: fc
    .record({
      operands: anyShape,
      ones: fc.array(fc.constantFrom('left', 'right', 'neither'), { minLength: 3, maxLength: 3 }),
    })
    .map(({ operands: { sizes, shape }, ones }) => ({
      step: { name, attributes: {} },
      shapes: [
        shape.map((dim, axis) => (ones[axis] === 'left' ? 1 : dim)),
        shape.map((dim, axis) => (ones[axis] === 'right' ? 1 : dim)),
      ],
      sizes,
    })),
  misfits: [
    [
      'another size',
      { name, attributes: {} },
      [
        [2, 3],
        [2, 4],
      ],
      /^(add|div|mul|sub): shapes \[2, 3\] and \[2, 4\]/,
    ],
    ['another rank', { name, attributes: {} }, [[2, 3], [3]], /\[2, 3\] and \[3\]/],
    ['another symbol', { name, attributes: {} }, [[batch], [frames]], /\[batch\] and \[frames\]/],
    [
      'a multiple of the symbol',
      { name, attributes: {} },
      [[frames], [symbolic('frames', 2)]],
      /\[frames\] and \[2·frames\]/,
    ],
  ],
});

const unary = (steps: readonly Step[], magnitude?: number): Cases => ({
  fitting: fc
    .record({ operands: anyShape, step: fc.constantFrom(...steps) })
    .map(({ operands: { sizes, shape }, step }) => ({ step, shapes: [shape], sizes, magnitude })),
  misfits: [],
});

/** A shape, and the same with some of its dimensions 1. */
const repeatable = fc
  .record({ operands: anyShape, ones: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }) })
  .map(({ operands: { sizes, shape }, ones }) => ({ sizes, shape, short: shape.map((dim, i) => (ones[i] ? 1 : dim)) }));

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
const concat: Cases['misfits'][number][1] = { name: 'concat', attributes: {} };

/** For each operation of the table: what it must do well and what it must refuse. */
export const CASES: Readonly<Record<OperationName, Cases>> = {
  add: binary('add'),
  mul: binary('mul'),
  sin: unary([{ name: 'sin', attributes: {} }], 2000),
  cos: unary([{ name: 'cos', attributes: {} }], 2000),
  leakyRelu: unary(SLOPES.map((slope) => ({ name: 'leakyRelu', attributes: { slope } }))),
  upsampleLinear: resampling('upsampleLinear'),
  downsampleLinear: resampling('downsampleLinear'),
  upsampleLinearAdjoint: resampling('upsampleLinearAdjoint'),
  downsampleLinearAdjoint: resampling('downsampleLinearAdjoint'),
  sub: binary('sub'),
  div: binary('div'),
  neg: unary([{ name: 'neg', attributes: {} }]),
  abs: unary([{ name: 'abs', attributes: {} }]),
  sign: unary([{ name: 'sign', attributes: {} }]),
  sqrt: {
    fitting: anyShape.map(({ sizes, shape }) => ({
      step: { name: 'sqrt', attributes: {} },
      shapes: [shape],
      sizes,
      positive: true,
    })),
    misfits: [],
  },
  clip: unary([
    { name: 'clip', attributes: { low: -0.5, high: 1 } },
    { name: 'clip', attributes: { low: 0, high: 3e38 } },
  ]),
  leakyReluGradient: {
    fitting: fc
      .record({ operands: anyShape, slope: fc.constantFrom(...SLOPES) })
      .map(({ operands: { sizes, shape }, slope }) => ({
        step: { name: 'leakyReluGradient', attributes: { slope } },
        shapes: [shape, shape],
        sizes,
      })),
    misfits: [
      [
        'shapes that differ',
        { name: 'leakyReluGradient', attributes: { slope: 0.2 } },
        [
          [2, 3],
          [2, 1],
        ],
        /\[2, 3\] and \[2, 1\] differ/,
      ],
    ],
  },
  reduceSum: {
    fitting: fc
      .record({ operands: anyShape, axes: fc.subarray([0, 1, 2]) })
      .filter(({ axes }) => axes.length > 0)
      .map(({ operands: { sizes, shape }, axes }) => ({
        step: { name: 'reduceSum', attributes: { axes: axes.map((axis) => axis % shape.length) } },
        shapes: [shape],
        sizes,
      })),
    misfits: [
      [
        'an axis outside',
        { name: 'reduceSum', attributes: { axes: [0, 2] } },
        [[batch, 2]],
        /no axis 2 in \[batch, 2\]/,
      ],
    ],
  },
  mean: unary([{ name: 'mean', attributes: {} }]),
  spreadLike: {
    fitting: anyShape.map(({ sizes, shape }) => ({
      step: { name: 'spreadLike', attributes: {} },
      shapes: [shape.map(() => 1), shape],
      sizes,
    })),
    misfits: [
      [
        'more than one number',
        { name: 'spreadLike', attributes: {} },
        [
          [1, 2],
          [1, 2],
        ],
        /\[1, 2\] is not one number/,
      ],
      [
        'another rank',
        { name: 'spreadLike', attributes: {} },
        [[1], [1, 2]],
        /\[1\] is not one number beside \[1, 2\]/,
      ],
    ],
  },
  broadcastLike: {
    fitting: repeatable.map(({ sizes, shape, short }) => ({
      step: { name: 'broadcastLike', attributes: {} },
      shapes: [short, shape],
      sizes,
    })),
    misfits: [
      [
        'a larger shape',
        { name: 'broadcastLike', attributes: {} },
        [
          [2, 3],
          [2, 1],
        ],
        /\[2, 3\] does not repeat to \[2, 1\]/,
      ],
      ['another rank', { name: 'broadcastLike', attributes: {} }, [[2], [2, 1]], /\[2\] and \[2, 1\]/],
    ],
  },
  slice: {
    fitting: fc
      .record({
        operands: anyShape,
        axis: fc.nat(2),
        before: fc.nat(3),
        length: fc.integer({ min: 1, max: 4 }),
        after: fc.nat(3),
      })
      .map(({ operands: { sizes, shape }, axis, before, length, after }) => {
        const at = axis % shape.length;
        const step: Step = { name: 'slice', attributes: { axis: at, start: before, length } };
        return { step, shapes: [shape.with(at, before + length + after)], sizes };
      }),
    misfits: [
      [
        'a part outside',
        { name: 'slice', attributes: { axis: 1, start: 2, length: 2 } },
        [[2, 3]],
        /2 to 4 is not in dimension 1/,
      ],
      ['nothing', { name: 'slice', attributes: { axis: 1, start: 2, length: 0 } }, [[2, 3]], /2 to 2 is not in/],
      [
        'a symbolic dimension',
        { name: 'slice', attributes: { axis: 0, start: 0, length: 1 } },
        [[batch]],
        /no numbered dimension 0/,
      ],
    ],
  },
  pad: {
    fitting: fc
      .record({
        operands: anyShape,
        axis: fc.nat(2),
        before: fc.nat(3),
        length: fc.integer({ min: 1, max: 4 }),
        after: fc.nat(3),
      })
      .map(({ operands: { sizes, shape }, axis, before, length, after }) => {
        const at = axis % shape.length;
        return {
          step: { name: 'pad', attributes: { axis: at, before, after } },
          shapes: [shape.with(at, length)],
          sizes,
        };
      }),
    misfits: [
      ['fewer than no zeros', { name: 'pad', attributes: { axis: 0, before: -1, after: 2 } }, [[3]], /-1 and 2 zeros/],
      [
        'a symbolic dimension',
        { name: 'pad', attributes: { axis: 0, before: 0, after: 1 } },
        [[batch]],
        /no numbered dimension 0/,
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
  concat: {
    fitting: fc
      .record({ sizes, left: fc.integer({ min: 1, max: 6 }), right: fc.integer({ min: 1, max: 6 }) })
      .map(({ sizes, left, right }) => ({
        step: { name: 'concat', attributes: {} },
        shapes: [
          [batch, left],
          [batch, right],
        ],
        sizes,
      })),
    misfits: [
      [
        'other rows',
        concat,
        [
          [2, 3],
          [3, 3],
        ],
        /\[2, 3\] and \[3, 3\] do not fit/,
      ],
      [
        'another rank',
        concat,
        [
          [2, 3],
          [2, 3, 1],
        ],
        /\[2, 3\] and \[2, 3, 1\] do not fit/,
      ],
      [
        'a symbolic width',
        concat,
        [
          [2, frames],
          [2, 3],
        ],
        /\[2, frames\] and \[2, 3\] do not fit/,
      ],
    ],
  },
  squeeze: {
    fitting: fc.record({ operands: anyShape, axis: fc.nat(2) }).map(({ operands: { sizes, shape }, axis }) => {
      const at = axis % shape.length;
      const step: Step = { name: 'squeeze', attributes: { axis: at } };
      return { step, shapes: [shape.map((dim, i) => (i === at ? 1 : dim))], sizes };
    }),
    misfits: [
      ['a dimension of 2', { name: 'squeeze', attributes: { axis: 1 } }, [[1, 2]], /dimension 1 of \[1, 2\] is not 1/],
      [
        'a symbolic dimension',
        { name: 'squeeze', attributes: { axis: 0 } },
        [[batch]],
        /dimension 0 of \[batch\] is not 1/,
      ],
      ['an axis outside', { name: 'squeeze', attributes: { axis: 2 } }, [[1, 1]], /dimension 2 of \[1, 1\] is not 1/],
    ],
  },
  unsqueeze: {
    fitting: fc
      .record({ operands: anyShape, axis: fc.nat(2) })
      .filter(({ operands: { shape }, axis }) => shape.length < 3 && axis <= shape.length)
      .map(({ operands: { sizes, shape }, axis }) => ({
        step: { name: 'unsqueeze', attributes: { axis } },
        shapes: [shape],
        sizes,
      })),
    misfits: [
      ['an axis outside', { name: 'unsqueeze', attributes: { axis: 3 } }, [[1, 2]], /no axis 3 in 2 dimensions/],
      ['a negative axis', { name: 'unsqueeze', attributes: { axis: -1 } }, [[1, 2]], /no axis -1 in 2 dimensions/],
      ['three dimensions', { name: 'unsqueeze', attributes: { axis: 0 } }, [[1, 2, 3]], /\[1, 1, 2, 3\]/],
    ],
  },
};
