import fc from 'fast-check';
import type { OperationName, Step } from '../../../src/graph/operations/index.ts';
import { anyShape, batch, type Cases, frames, sizes } from './operands.ts';

/** A shape, and the same with some of its dimensions 1. */
const repeatable = fc
  .record({ operands: anyShape, ones: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }) })
  .map(({ operands: { sizes, shape }, ones }) => ({ sizes, shape, short: shape.map((dim, i) => (ones[i] ? 1 : dim)) }));

const concat: Cases['misfits'][number][1] = { name: 'concat', attributes: {} };

/** A dimension of a shape, with a part of it and what lies before and after. */
const partAlong = fc.record({
  operands: anyShape,
  axis: fc.nat(2),
  before: fc.nat(3),
  length: fc.integer({ min: 1, max: 4 }),
  after: fc.nat(3),
});

/** Operations that move, repeat or sum numbers. */
export const shapeCases = {
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
  slice: {
    fitting: partAlong.map(({ operands: { sizes, shape }, axis, before, length, after }) => {
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
    fitting: partAlong.map(({ operands: { sizes, shape }, axis, before, length, after }) => {
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
  reduceSum: {
    fitting: fc
      .record({ operands: anyShape, axes: fc.subarray([0, 1, 2]) })
      .map(({ operands: { sizes, shape }, axes }) => ({
        step: { name: 'reduceSum', attributes: { axes: axes.map((axis) => axis % shape.length) } },
        shapes: [shape],
        sizes,
        positive: true,
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
  mean: {
    fitting: anyShape.map(({ sizes, shape }) => ({
      step: { name: 'mean', attributes: {} },
      shapes: [shape],
      sizes,
      positive: true,
    })),
    misfits: [],
  },
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
} satisfies Partial<Record<OperationName, Cases>>;
