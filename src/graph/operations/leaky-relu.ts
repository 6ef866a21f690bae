import { unary } from './elementwise.ts';

/** x where x ≥ 0, slope · x elsewhere. */
export const leakyRelu = unary<{ readonly slope: number }>(
  'leakyRelu',
  'LeakyRelu',
  (x, { slope }) => (x < 0 ? slope * x : x),
  (graph, { inputs: [x], attributes, upstream }) => [
    () => graph.apply({ name: 'leakyReluGradient', attributes }, x!, upstream),
  ],
  ({ slope }) => ({ alpha: { float: slope } }),
);
