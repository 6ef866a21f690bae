import { unary } from './elementwise.ts';

/** The cosine; arguments reach 5,000 rad here, where one ulp of float32 is 5e-4. */
export const cos = unary<object>('cos', 'Cos', Math.cos, (graph, { inputs: [x], upstream }) => [
  () => {
    const slope = graph.apply({ name: 'neg', attributes: {} }, graph.apply({ name: 'sin', attributes: {} }, x!));
    return graph.apply({ name: 'mul', attributes: {} }, upstream, slope);
  },
]);
