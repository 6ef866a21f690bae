import type { Operation } from '../operation.ts';
import { writtenAxis, writtenShape } from '../shape.ts';
import { shifted, sizeAlong } from './slice.ts';

/** x with `before` and `after` zeros beside it along the dimension `axis`, whose size is a number. */
export const pad: Operation<{ readonly axis: number; readonly before: number; readonly after: number }> = {
  name: 'pad',
  shape: ([x], { axis, before, after }) => {
    if (before < 0 || after < 0) throw new RangeError(`pad: ${before} and ${after} zeros cannot be added`);
    return x!.with(axis, before + sizeAlong('pad', x!, axis) + after);
  },
  evaluate: ([x], { axis, before, after }) => shifted(x!, axis, before + x!.shape[axis]! + after, -before),
  lower(onnx, [x], { axis, before, after }, [shape]) {
    const rank = writtenShape(shape!).length;
    const pads = Array.from({ length: 2 * rank }, () => 0);
    pads[writtenAxis(axis, shape!.length)] = before;
    pads[rank + writtenAxis(axis, shape!.length)] = after;
    return onnx.node('Pad', [x!, onnx.int64(pads)]);
  },
  gradient: (graph, { inputs: [x], attributes: { axis, before }, upstream }) => [
    () =>
      graph.apply({ name: 'slice', attributes: { axis, start: before, length: x!.shape[axis] as number } }, upstream),
  ],
};
