import { binary, sumTo } from './elementwise.ts';

/** a / b. */
export const div = binary(
  'div',
  'Div',
  (a, b) => a / b,
  (graph, { inputs: [a, b], output, upstream }) => {
    const byQuotient = () => graph.apply({ name: 'div', attributes: {} }, upstream, b!);
    return [
      () => sumTo(graph, byQuotient(), a!.shape),
      () => {
        const product = graph.apply({ name: 'mul', attributes: {} }, byQuotient(), output);
        return sumTo(graph, graph.apply({ name: 'neg', attributes: {} }, product), b!.shape);
      },
    ];
  },
);
