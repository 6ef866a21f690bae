import type { Operation } from '../operation.ts';
import { sameDim, showShape } from '../shape.ts';

const FLOAT = 1;

/** The adjoint of the mean: one number, in a shape of ones, shared out evenly over the shape of `like`, whose numbers do not matter. */
export const spreadLike: Operation<object> = {
  name: 'spreadLike',
  shape([x, like]) {
    if (x!.length !== like!.length || !x!.every((dim) => sameDim(dim, 1))) {
      throw new RangeError(`spreadLike: ${showShape(x!)} is not one number beside ${showShape(like!)}`);
    }
    return like!;
  },
  evaluate: ([x, like]) => ({ shape: like!.shape, data: like!.data.map(() => x!.data[0]! / like!.data.length) }),
  lower(onnx, [x, like]) {
    const count = onnx.node('Cast', [onnx.node('Size', [like!])], { to: FLOAT });
    return onnx.node('Expand', [onnx.node('Div', [x!, count]), onnx.node('Shape', [like!])]);
  },
  gradient: (graph, { upstream }) => [() => graph.apply({ name: 'mean', attributes: {} }, upstream), undefined],
};
