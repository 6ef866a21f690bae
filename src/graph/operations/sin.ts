import { unary } from './elementwise.ts';

/** The sine; arguments reach 5,000 rad here, where one ulp of float32 is 5e-4. */
export const sin = unary<object>('sin', 'Sin', Math.sin, (graph, { inputs: [x], upstream }) => [
  () => graph.apply({ name: 'mul', attributes: {} }, upstream, graph.apply({ name: 'cos', attributes: {} }, x!)),
]);
