import { binary, sumTo } from './elementwise.ts';

/** a − b. */
export const sub = binary(
  'sub',
  'Sub',
  (a, b) => a - b,
  (graph, { inputs: [a, b], upstream }) => [
    () => sumTo(graph, upstream, a!.shape),
    () => sumTo(graph, graph.apply({ name: 'neg', attributes: {} }, upstream), b!.shape),
  ],
);
