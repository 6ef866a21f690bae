import type { Operation } from '../operation.ts';
import { broadcastShapes, sameShape, showShape } from '../shape.ts';
import { repeatedIndex, sumTo } from './elementwise.ts';

/** x repeated along its dimensions of 1 to the shape of `like`, whose numbers do not matter. */
export const broadcastLike: Operation<object> = {
  name: 'broadcastLike',
  shape([x, like]) {
    if (!sameShape(broadcastShapes('broadcastLike', x!, like!), like!)) {
      throw new RangeError(`broadcastLike: ${showShape(x!)} does not repeat to ${showShape(like!)}`);
    }
    return like!;
  },
  evaluate: ([x, like]) => ({
    shape: like!.shape,
    data: like!.data.map((_, flat) => x!.data[repeatedIndex(x!.shape, like!.shape, flat)]!),
  }),
  lower: (onnx, [x, like]) => onnx.node('Expand', [x!, onnx.node('Shape', [like!])]),
  gradient: (graph, { inputs: [x], upstream }) => [() => sumTo(graph, upstream, x!.shape), undefined],
};
