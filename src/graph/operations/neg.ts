import { unary } from './elementwise.ts';

/** −x. */
export const neg = unary<object>(
  'neg',
  'Neg',
  (x) => -x,
  (graph, { upstream }) => [() => graph.apply({ name: 'neg', attributes: {} }, upstream)],
);
