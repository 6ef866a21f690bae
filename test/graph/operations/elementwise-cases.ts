import fc from 'fast-check';
import type { OperationName, Step } from '../../../src/graph/operations/index.ts';
import { symbolic } from '../../../src/graph/shape.ts';
import { anyShape, batch, type Cases, frames } from './operands.ts';

const SLOPES = [0, 0.2, 1];

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

/** Operations on each number by itself, or on pairs. */
export const elementwiseCases = {
  add: binary('add'),
  sub: binary('sub'),
  mul: binary('mul'),
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
  sin: unary([{ name: 'sin', attributes: {} }], 2000),
  cos: unary([{ name: 'cos', attributes: {} }], 2000),
  clip: unary([
    { name: 'clip', attributes: { low: -0.5, high: 1 } },
    { name: 'clip', attributes: { low: 0, high: 3e38 } },
  ]),
  leakyRelu: unary(SLOPES.map((slope) => ({ name: 'leakyRelu', attributes: { slope } }))),
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
} satisfies Partial<Record<OperationName, Cases>>;
