import { binary, sumTo } from './elementwise.ts';

/** a · b. */
export const mul = binary(
  'mul',
  'Mul',
  (a, b) => a * b,
  (graph, { inputs: [a, b], upstream }) => [
    () => sumTo(graph, graph.apply({ name: 'mul', attributes: {} }, upstream, b!), a!.shape),
    () => sumTo(graph, graph.apply({ name: 'mul', attributes: {} }, upstream, a!), b!.shape),
  ],
);
