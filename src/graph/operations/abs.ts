import { unary } from './elementwise.ts';

/** |x|; its gradient at 0 is 0. */
export const abs = unary<object>('abs', 'Abs', Math.abs, (graph, { inputs: [x], upstream }) => [
  () => {
    const sign = graph.apply({ name: 'sign', attributes: {} }, x!);
    return graph.apply({ name: 'mul', attributes: {} }, upstream, sign);
  },
]);
