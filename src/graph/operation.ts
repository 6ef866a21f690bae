import type { Shape } from './shape.ts';

/** A tensor with numbers for all its dimensions, row-major: what plain definitions and engines take and give. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A value of a graph: the number of the node that makes it, and its shape. */
export interface Value {
  readonly id: number;
  readonly shape: Shape;
}

/**
 * What an operation's lowering may ask of the ONNX file being written; values are names of ONNX tensors.
 * A value of rank 3, [batch, channels, time], is written with one row, [batch, channels, 1, time]: ONNX Runtime's blocked
 * convolution kernels (NCHWc) take images only, and are 1.1 (full size) to 1.4 times (a quarter of the width) as fast here.
 */
export interface OnnxWriter {
  /**
   * How many channels those kernels hold side by side. ONNX Runtime takes them by itself only where it can pack a kernel beforehand; elsewhere a
   * lowering may write them itself. Undefined where that does not pay or where they are absent.
   */
  readonly channelBlock: number | undefined;
  /** Adds a node and returns its output's name; domain: the operation set, default ONNX's own. */
  node(type: string, inputs: readonly string[], attributes?: OnnxAttributes, domain?: string): string;
  float32(data: Float32Array, shape: readonly number[]): string;
  int64(data: readonly number[]): string;
}

/** Attributes by name: whole numbers, lists of them, text, or { float } and { floats } for others. */
export type OnnxAttributes = Readonly<
  Record<
    string,
    number | readonly number[] | string | { readonly float: number } | { readonly floats: readonly number[] }
  >
>;

/** What an operation's gradient may ask of the graph: more steps and constants. (Steps by name: operations that import each other would go in circles.) */
export interface GraphBuilder {
  apply(step: { readonly name: string; readonly attributes: object }, ...inputs: Value[]): Value;
  constant(data: Float32Array, shape: readonly number[]): Value;
}

/** An operation where a graph applies it, with `upstream`, the loss's gradient by its output (of the output's shape). */
export interface Applied<Attributes> {
  readonly inputs: readonly Value[];
  readonly output: Value;
  readonly attributes: Attributes;
  readonly upstream: Value;
}

/** For each input how to add the loss's gradient by it, of its shape; undefined where that is zero almost everywhere. */
export type Gradient<Attributes> = (
  graph: GraphBuilder,
  applied: Applied<Attributes>,
) => readonly ((() => Value) | undefined)[];

/**
 * One kind of step of a tensor program.
 * `shape` is its shape rule and throws on inputs that do not fit; `evaluate` is its definition in plain TypeScript, in
 * double precision inside, against which engines are tested; `lower` writes it as ONNX nodes, given
 * its inputs' names and shapes, and returns the result's name; `gradient` is absent where nothing asks for it.
 */
export interface Operation<Attributes> {
  readonly name: string;
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  evaluate(inputs: readonly Tensor[], attributes: Attributes): Tensor;
  lower(onnx: OnnxWriter, inputs: readonly string[], attributes: Attributes, shapes: readonly Shape[]): string;
  gradient?: Gradient<Attributes>;
}
