import { binary, sumTo } from './elementwise.ts';

/** a + b. */
export const add = binary(
  'add',
  'Add',
  (a, b) => a + b,
  (graph, { inputs: [a, b], upstream }) => [
    () => sumTo(graph, upstream, a!.shape),
    () => sumTo(graph, upstream, b!.shape),
  ],
);
