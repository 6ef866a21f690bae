import fc from 'fast-check';
import type { OperationName } from '../../../src/graph/operations/index.ts';
import { reachesLittle } from '../../../src/graph/operations/tap-weights.ts';
import { symbolic } from '../../../src/graph/shape.ts';
import { batch, type Cases, CHANNELS, frames, sizes } from './operands.ts';

const upsampledTaps = fc
  .record({
    factor: fc.integer({ min: 2, max: 6 }),
    taps: fc.constantFrom(1, 3, 5),
    dilation: fc.integer({ min: 1, max: 3 }),
  })
  .filter(reachesLittle);

/** Signals of the low rate with a channel for each tap, or, for the adjoint, of the high rate. */
const along = (name: 'upsampleTaps' | 'upsampleTapsAdjoint'): Cases['fitting'] =>
  fc
    .record({ sizes, channels: fc.constantFrom(...CHANNELS), attributes: upsampledTaps, fixed: fc.boolean() })
    .map(({ sizes, channels, attributes, fixed }) => {
      const [width, times] = name === 'upsampleTaps' ? [channels * attributes.taps, 1] : [channels, attributes.factor];
      const time = fixed ? sizes.frames * times : symbolic('frames', times);
      return { step: { name, attributes }, shapes: [[batch, width, time]], sizes };
    });

const three = { factor: 2, dilation: 1, taps: 3 };

/** Operations on the taps of convolutions that are done before upsampling. */
export const tapCases = {
  upsampleTaps: {
    fitting: along('upsampleTaps'),
    misfits: [
      [
        'channels of a broken number of taps',
        { name: 'upsampleTaps', attributes: three },
        [[1, 4, 5]],
        /\[1, 4, 5\].* 3 taps/,
      ],
      ['symbolic channels', { name: 'upsampleTaps', attributes: three }, [[1, frames, 5]], /\[1, frames, 5\]/],
      ['another rank', { name: 'upsampleTaps', attributes: three }, [[1, 3]], /\[1, 3\]/],
      [
        'taps that reach too far',
        { name: 'upsampleTaps', attributes: { ...three, dilation: 2 } },
        [[1, 3, 5]],
        /3 taps 2 apart do not suit a factor of 2/,
      ],
      [
        'an even number of taps',
        { name: 'upsampleTaps', attributes: { ...three, taps: 2 } },
        [[1, 2, 5]],
        /2 taps 1 apart do not suit/,
      ],
      [
        'a factor of 1',
        { name: 'upsampleTaps', attributes: { ...three, factor: 1 } },
        [[1, 3, 5]],
        /do not suit a factor of 1/,
      ],
    ],
  },
  upsampleTapsAdjoint: {
    fitting: along('upsampleTapsAdjoint'),
    misfits: [
      ['a length that leaves a rest', { name: 'upsampleTapsAdjoint', attributes: three }, [[1, 1, 7]], /7 .* 2$/],
      ['another rank', { name: 'upsampleTapsAdjoint', attributes: three }, [[1, 4]], /\[1, 4\]/],
      [
        'taps that reach too far',
        { name: 'upsampleTapsAdjoint', attributes: { ...three, taps: 5 } },
        [[1, 1, 4]],
        /5 taps 1 apart do not suit a factor of 2/,
      ],
    ],
  },
  stackTaps: {
    fitting: fc
      .record({ cout: fc.constantFrom(...CHANNELS), cin: fc.constantFrom(...CHANNELS), taps: fc.constantFrom(1, 3, 5) })
      .map(({ cout, cin, taps }) => ({
        step: { name: 'stackTaps', attributes: {} },
        shapes: [[cout, cin, taps]],
        sizes: {},
      })),
    misfits: [
      ['another rank', { name: 'stackTaps', attributes: {} }, [[2, 3]], /\[2, 3\]/],
      ['symbolic channels', { name: 'stackTaps', attributes: {} }, [[2, batch, 3]], /\[2, batch, 3\]/],
    ],
  },
  unstackTaps: {
    fitting: fc
      .record({ cout: fc.constantFrom(...CHANNELS), cin: fc.constantFrom(...CHANNELS), taps: fc.constantFrom(1, 3, 5) })
      .map(({ cout, cin, taps }) => ({
        step: { name: 'unstackTaps', attributes: { taps } },
        shapes: [[cout * taps, cin, 1]],
        sizes: {},
      })),
    misfits: [
      ['another rank', { name: 'unstackTaps', attributes: { taps: 3 } }, [[3, 3]], /\[3, 3\]/],
      ['rows that leave a rest', { name: 'unstackTaps', attributes: { taps: 3 } }, [[4, 3, 1]], /\[4, 3, 1\].* 3 taps/],
      ['several taps in a row', { name: 'unstackTaps', attributes: { taps: 3 } }, [[3, 3, 3]], /\[3, 3, 3\].* 3 taps/],
    ],
  },
} satisfies Partial<Record<OperationName, Cases>>;
