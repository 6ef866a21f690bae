import type { Operation } from '../operation.ts';
import { scalarBeside } from './elementwise.ts';

/** x held between low and high; its gradient is 0 outside and at both ends. */
export const clip: Operation<{ readonly low: number; readonly high: number }> = {
  name: 'clip',
  shape: ([x]) => x!,
  evaluate: ([x], { low, high }) => ({
    shape: x!.shape,
    data: x!.data.map((value) => Math.min(high, Math.max(low, value))),
  }),
  lower(onnx, [x], { low, high }) {
    const bounds = [low, high].map((bound) => onnx.float32(Float32Array.of(bound), []));
    return onnx.node('Clip', [x!, ...bounds]);
  },
  gradient: (graph, { inputs: [x], attributes: { low, high }, upstream }) => [
    () => {
      const signOf = (a: typeof upstream, b: typeof upstream) =>
        graph.apply({ name: 'sign', attributes: {} }, graph.apply({ name: 'sub', attributes: {} }, a, b));
      const above = signOf(x!, scalarBeside(graph, low, x!));
      const below = signOf(scalarBeside(graph, high, x!), x!);
      const both = graph.apply({ name: 'mul', attributes: {} }, above, below);
      const inside = graph.apply({ name: 'clip', attributes: { low: 0, high: 1 } }, both);
      return graph.apply({ name: 'mul', attributes: {} }, upstream, inside);
    },
  ],
};
