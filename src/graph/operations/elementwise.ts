import type { Operation, Tensor } from '../operation.ts';
import { broadcastShapes } from '../shape.ts';

/** An operation on each number by itself; the shape stays. */
export function unary<Attributes>(
  name: string,
  onnxType: string,
  f: (x: number, attributes: Attributes) => number,
  onnxAttributes: (attributes: Attributes) => Readonly<Record<string, { readonly float: number }>> = () => ({}),
): Operation<Attributes> {
  return {
    name,
    shape: ([x]) => x!,
    evaluate: ([x], attributes) => ({ shape: x!.shape, data: x!.data.map((value) => f(value, attributes)) }),
    lower: (onnx, inputs, attributes) => onnx.node(onnxType, inputs, onnxAttributes(attributes)),
  };
}

/** An operation on pairs of numbers; a dimension of 1 on one side is repeated. */
export function binary(name: string, onnxType: string, f: (a: number, b: number) => number): Operation<object> {
  return {
    name,
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    evaluate: ([a, b]) => broadcast(name, a!, b!, f),
    lower: (onnx, inputs) => onnx.node(onnxType, inputs),
  };
}

function broadcast(name: string, a: Tensor, b: Tensor, f: (a: number, b: number) => number): Tensor {
  const shape = broadcastShapes(name, a.shape, b.shape) as number[];
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  const index = (tensor: Tensor, flat: number) => {
    let rest = flat;
    let at = 0;
    let stride = 1;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const position = rest % shape[axis]!;
      rest = (rest - position) / shape[axis]!;
      if (tensor.shape[axis] !== 1) at += position * stride;
      stride *= tensor.shape[axis]!;
    }
    return at;
  };
  for (let flat = 0; flat < data.length; flat++) data[flat] = f(a.data[index(a, flat)]!, b.data[index(b, flat)]!);
  return { shape, data };
}
