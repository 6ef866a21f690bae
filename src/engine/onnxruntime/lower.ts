import { evaluateStep, type Graph, lowerStep } from '../../graph/graph.ts';
import type { OnnxWriter, Tensor } from '../../graph/operation.ts';
import { type Dim, writtenShape } from '../../graph/shape.ts';
import { createBlocks } from './blocks.ts';
import { createEightBits } from './eight-bit/layout.ts';
import type { EightBits } from './eight-bit/ranges.ts';
import { mixedPrecision } from './half-precision.ts';
import type { Layout, Names } from './layout.ts';
import { createNodeWriter, type NodeWriter } from './node-writer.ts';
import { encodeModel, valueInfo } from './onnx-file.ts';

/** Where values of rank 3 get their one row (see OnnxWriter). */
const ROW_AXIS = 2;

/** The numbers of a graph's parameters by name, or that they come with each run, as inputs of those names. */
export type Weights = ReadonlyMap<string, Float32Array> | 'inputs';

export interface LoweringOptions {
  /** What OnnxWriter says of it; only for parameters that come with each run, since ONNX Runtime knows best for others. */
  readonly channelBlock?: number;
  /** Whether products of matrices are computed in half precision, which blocked kernels are not made for. Default: false. */
  readonly half?: boolean;
  /** For values in eight-bit numbers; only with weights. */
  readonly eightBits?: EightBits;
  /** Also gives the smallest and the largest number of these values, as outputs `min.ID` and `max.ID` of no dimensions. */
  readonly observed?: readonly number[];
}

/**
 * Writes a graph as an ONNX model. Parameters with weights become initializers, so that ONNX Runtime packs them once for its
 * kernels. Throws where weights are given and a parameter has none of its size.
 */
export function lowerToOnnx(
  graph: Graph,
  weights: Weights,
  { channelBlock, half = false, eightBits, observed = [] }: LoweringOptions = {},
): Uint8Array {
  const nodeWriter = createNodeWriter();
  const writer: OnnxWriter = {
    ...nodeWriter,
    channelBlock: weights === 'inputs' && !half ? channelBlock : undefined,
  };
  const precisions = half ? mixedPrecision(writer) : undefined;
  const known = knownValues(graph, weights);
  const written: (string | undefined)[] = [];
  const plain = (id: number): string => {
    written[id] ??= firstOf(layouts, (layout) => layout.plain(id)) ?? constant(id);
    return written[id];
  };
  const names: Names = {
    plain,
    known,
    channelsLast: (id) => firstOf(layouts, (layout) => layout.channelsLast(id)),
  };
  const layouts = layoutsOf(nodeWriter);
  function layoutsOf(nodes: NodeWriter): readonly Layout[] {
    if (weights === 'inputs' || half) return [];
    return [
      ...(eightBits === undefined ? [] : [createEightBits(nodes, graph, names, eightBits)]),
      ...(channelBlock === undefined ? [] : [createBlocks(nodes, graph, names, channelBlock)]),
    ];
  }
  /** Written where something reads it. */
  function constant(id: number): string {
    const { data, shape } = known(id)!;
    const node = graph.nodes[id]!;
    if (node.kind !== 'parameter') return writer.float32(data, writtenShape(shape));
    nodeWriter.named(node.name, data, writtenShape(shape));
    return node.name;
  }

  const inputs: Record<string, unknown>[] = [];
  graph.nodes.forEach((node, id) => {
    if (node.kind === 'input' || (node.kind === 'parameter' && weights === 'inputs')) {
      inputs.push(valueInfo(node.name, node.shape.map(onnxDim)));
      const rows = node.shape.length === 3;
      written[id] = rows ? writer.node('Unsqueeze', [node.name, writer.int64([ROW_AXIS])]) : node.name;
    } else if (node.kind === 'step' && known(id) === undefined) {
      const elsewhere = firstOf(layouts, (layout) => layout.lower(id, node));
      written[id] = elsewhere?.plain;
      if (elsewhere !== undefined) return;
      const from = node.inputs.map(plain);
      const shapes = node.inputs.map((input) => graph.nodes[input]!.shape);
      const chosen = precisions?.inputsOf(node.step.name, from);
      const name = lowerStep(writer, node.step, chosen?.inputs ?? from, shapes);
      if (chosen?.half) precisions?.note(name);
      written[id] = name;
    }
  });
  const outputs = [...graph.outputs].map(([name, value]) => {
    const source = precisions?.inFloat32(plain(value.id)) ?? plain(value.id);
    const rows = value.shape.length === 3;
    nodeWriter.output(name, rows ? writer.node('Squeeze', [source, writer.int64([ROW_AXIS])]) : source);
    return valueInfo(name, value.shape.map(onnxDim));
  });
  for (const id of observed) {
    for (const [end, type] of [
      ['min', 'ReduceMin'],
      ['max', 'ReduceMax'],
    ] as const) {
      nodeWriter.output(`${end}.${id}`, writer.node(type, [plain(id)], { keepdims: 0 }));
      outputs.push(valueInfo(`${end}.${id}`, []));
    }
  }
  return encodeModel({ ...nodeWriter.written(), inputs, outputs });
}

function firstOf<From, To>(all: readonly From[], find: (one: From) => To | undefined): To | undefined {
  for (const one of all) {
    const found = find(one);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The numbers of values that no input has a part in, by their ids. */
function knownValues({ nodes }: Graph, weights: Weights): (id: number) => Tensor | undefined {
  const known = new Map<number, Tensor | undefined>();
  function compute(id: number): Tensor | undefined {
    const node = nodes[id]!;
    if (node.kind === 'constant') return node.value;
    if (node.kind === 'parameter' && weights !== 'inputs') return { data: weightsOf(node, weights), shape: node.shape };
    if (node.kind !== 'step' || weights === 'inputs') return undefined;
    const inputs = node.inputs.map(at);
    return inputs.every((input) => input !== undefined) ? evaluateStep(node.step, inputs) : undefined;
  }
  function at(id: number): Tensor | undefined {
    if (!known.has(id)) known.set(id, compute(id));
    return known.get(id);
  }
  return at;
}

function weightsOf(
  { name, shape }: { readonly name: string; readonly shape: readonly number[] },
  weights: ReadonlyMap<string, Float32Array>,
) {
  const data = weights.get(name);
  if (data === undefined) throw new RangeError(`no weights are given for ${name}`);
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (data.length !== wanted) throw new RangeError(`${name} takes ${wanted} weights, got ${data.length}`);
  return data;
}

function onnxDim(dim: Dim): number | string {
  if (typeof dim === 'number') return dim;
  return dim.times === 1 ? dim.symbol : `${dim.symbol}_times_${dim.times}`;
}
