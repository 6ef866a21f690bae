import type { Operation } from '../operation.ts';

/** The mean of all numbers; every dimension stays as 1. */
export const mean: Operation<object> = {
  name: 'mean',
  shape: ([x]) => x!.map(() => 1),
  evaluate: ([x]) => ({
    shape: x!.shape.map(() => 1),
    data: Float32Array.of(x!.data.reduce((sum, value) => sum + value, 0) / x!.data.length),
  }),
  lower: (onnx, inputs) => onnx.node('ReduceMean', inputs),
  gradient: (graph, { inputs: [x], upstream }) => [
    () => graph.apply({ name: 'spreadLike', attributes: {} }, upstream, x!),
  ],
};
