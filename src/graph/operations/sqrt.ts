import { scalarBeside, unary } from './elementwise.ts';

/** The square root; its gradient at 0 is infinite. */
export const sqrt = unary<object>('sqrt', 'Sqrt', Math.sqrt, (graph, { output, upstream }) => [
  () => {
    const half = graph.apply({ name: 'mul', attributes: {} }, upstream, scalarBeside(graph, 0.5, upstream));
    return graph.apply({ name: 'div', attributes: {} }, half, output);
  },
]);
