import type { Gradient, GraphBuilder, Operation, Tensor, Value } from '../operation.ts';
import { broadcastShapes, type Shape, sameDim } from '../shape.ts';

/** An operation on each number by itself; the shape stays. */
export function unary<Attributes>(
  name: string,
  onnxType: string,
  f: (x: number, attributes: Attributes) => number,
  gradient: Gradient<Attributes>,
  onnxAttributes: (attributes: Attributes) => Readonly<Record<string, { readonly float: number }>> = () => ({}),
): Operation<Attributes> {
  return {
    name,
    shape: ([x]) => x!,
    evaluate: ([x], attributes) => ({ shape: x!.shape, data: x!.data.map((value) => f(value, attributes)) }),
    lower: (onnx, inputs, attributes) => onnx.node(onnxType, inputs, onnxAttributes(attributes)),
    gradient,
  };
}

/** An operation on pairs of numbers; a dimension of 1 on one side is repeated. */
export function binary(
  name: string,
  onnxType: string,
  f: (a: number, b: number) => number,
  gradient: Gradient<object>,
): Operation<object> {
  return {
    name,
    shape: ([a, b]) => broadcastShapes(name, a!, b!),
    evaluate: ([a, b]) => broadcast(name, a!, b!, f),
    lower: (onnx, inputs) => onnx.node(onnxType, inputs),
    gradient,
  };
}

/** A gradient summed over the dimensions that its input, of shape `shape`, had repeated. */
export function sumTo(graph: GraphBuilder, gradient: Value, shape: Shape): Value {
  const axes = shape.flatMap((dim, axis) => (sameDim(dim, gradient.shape[axis]!) ? [] : [axis]));
  return axes.length === 0 ? gradient : graph.apply({ name: 'reduceSum', attributes: { axes } }, gradient);
}

/** A number in the form that it takes beside a value: of the same rank, all dimensions 1. */
export function scalarBeside(graph: GraphBuilder, number: number, { shape }: Value): Value {
  return graph.constant(
    Float32Array.of(number),
    shape.map(() => 1),
  );
}

function broadcast(name: string, a: Tensor, b: Tensor, f: (a: number, b: number) => number): Tensor {
  const shape = broadcastShapes(name, a.shape, b.shape) as number[];
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  for (let flat = 0; flat < data.length; flat++) {
    data[flat] = f(a.data[repeatedIndex(a.shape, shape, flat)]!, b.data[repeatedIndex(b.shape, shape, flat)]!);
  }
  return { shape, data };
}

/** Where in a tensor of shape `from` the element `flat` of its repetition to shape `to` lies. */
export function repeatedIndex(from: readonly number[], to: readonly number[], flat: number): number {
  let rest = flat;
  let at = 0;
  let stride = 1;
  for (let axis = to.length - 1; axis >= 0; axis--) {
    const position = rest % to[axis]!;
    rest = (rest - position) / to[axis]!;
    if (from[axis] !== 1) at += position * stride;
    stride *= from[axis]!;
  }
  return at;
}
