import type { Operation } from '../operation.ts';
import { sameDim, showShape } from '../shape.ts';

/** Two tensors [batch, a] and [batch, b] side by side → [batch, a + b]. */
export const concat: Operation<object> = {
  name: 'concat',
  shape([a, b]) {
    const [rows, left] = a!;
    const [otherRows, right] = b!;
    const fits = a!.length === 2 && b!.length === 2 && sameDim(rows!, otherRows!);
    if (!fits || typeof left !== 'number' || typeof right !== 'number') {
      throw new RangeError(`concat: shapes ${showShape(a!)} and ${showShape(b!)} do not fit`);
    }
    return [rows!, left + right];
  },
  evaluate([a, b]) {
    const [rows, left] = a!.shape as [number, number];
    const right = b!.shape[1]!;
    const data = new Float32Array(rows * (left + right));
    for (let row = 0; row < rows; row++) {
      data.set(a!.data.subarray(row * left, (row + 1) * left), row * (left + right));
      data.set(b!.data.subarray(row * right, (row + 1) * right), row * (left + right) + left);
    }
    return { shape: [rows, left + right], data };
  },
  lower: (onnx, inputs) => onnx.node('Concat', inputs, { axis: 1 }),
  gradient(graph, { inputs: [a, b], upstream }) {
    const [left, right] = [a!.shape[1] as number, b!.shape[1] as number];
    return [
      () => graph.apply({ name: 'slice', attributes: { axis: 1, start: 0, length: left } }, upstream),
      () => graph.apply({ name: 'slice', attributes: { axis: 1, start: left, length: right } }, upstream),
    ];
  },
};
