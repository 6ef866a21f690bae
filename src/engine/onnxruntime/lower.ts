import { evaluateStep, type Graph, lowerStep } from '../../graph/graph.ts';
import type { OnnxWriter, Tensor } from '../../graph/operation.ts';
import { type Dim, type Sizes, writtenShape } from '../../graph/shape.ts';
import { weightsOf } from '../checks.ts';
import type { Weights } from '../engine.ts';
import { createBlocks } from './blocks.ts';
import { createEightBits } from './eight-bit/layout.ts';
import type { EightBits } from './eight-bit/ranges.ts';
import { mixedPrecision } from './half-precision.ts';
import type { Layout, Names } from './layout.ts';
import { type ConstantsFile, createNodeWriter, type NodeWriter } from './node-writer.ts';
import { encodeModel, valueInfo } from './onnx-file.ts';
import { joinRows, type Rows, rowNames, takeRow } from './rows.ts';
import { preciseSine } from './sines.ts';

/** Where values of rank 3 get their one row (see OnnxWriter). */
const ROW_AXIS = 2;

export interface LoweringOptions {
  /** What OnnxWriter says of it; only for parameters that come with each run, since ONNX Runtime knows best for others. */
  readonly channelBlock?: number;
  /** Whether products of matrices are computed in half precision, which blocked kernels are not made for. Default: false. */
  readonly half?: boolean;
  /** For values in eight-bit numbers; only with weights. */
  readonly eightBits?: EightBits;
  /** Also gives the smallest and the largest number of these values, as outputs `min.ID` and `max.ID` of no dimensions. */
  readonly observed?: readonly number[];
  /** Whether sines and cosines are computed in double precision, wherever that is. Default: false. */
  readonly preciseSines?: boolean;
  /** What some of the graph's symbols stand for in every run. Default: each run sizes them. */
  readonly sizes?: Sizes;
  /** Takes the large constants. Default: they are in what is returned. */
  readonly constants?: ConstantsFile;
  /** What comes in rows; default: nothing. */
  readonly rows?: Rows;
}

/**
 * Writes a graph as an ONNX model. Parameters with weights become initializers, so that ONNX Runtime packs them once for its
 * kernels. Throws where weights are given and a parameter has none of its size.
 */
export function lowerToOnnx(
  graph: Graph,
  weights: Weights,
  {
    channelBlock,
    half = false,
    preciseSines = false,
    sizes,
    constants,
    rows: inRows,
    eightBits,
    observed = [],
  }: LoweringOptions = {},
): Uint8Array {
  const nodeWriter = createNodeWriter(constants);
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
    origin: (id) => originOf(graph, id),
    channelsLast: (id) => firstOf(layouts, (layout) => layout.channelsLast(id)),
  };
  const layouts = layoutsOf(nodeWriter);
  function layoutsOf(nodes: NodeWriter): readonly Layout[] {
    if (weights === 'inputs' || half) return [];
    return [
      ...(eightBits === undefined ? [] : [createEightBits(nodes, graph, names, eightBits)]),
      ...(channelBlock === undefined ? [] : [createBlocks(nodes, graph, names, { block: channelBlock, sizes })]),
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
      const dims = node.shape.map(onnxDim);
      const parts = inRows?.names.has(node.name) ? rowNames(node.name, inRows.count) : undefined;
      for (const part of parts ?? []) inputs.push(valueInfo(part, dims.with(0, 1)));
      if (parts === undefined) inputs.push(valueInfo(node.name, dims));
      const whole = parts === undefined ? node.name : joinRows(writer, parts);
      const rows = node.shape.length === 3;
      written[id] = rows ? writer.node('Unsqueeze', [whole, writer.int64([ROW_AXIS])]) : whole;
    } else if (node.kind === 'step' && known(id) === undefined) {
      const elsewhere = firstOf(layouts, (layout) => layout.lower(id, node));
      written[id] = elsewhere?.plain;
      if (elsewhere !== undefined) return;
      const from = node.inputs.map(plain);
      const shapes = node.inputs.map((input) => graph.nodes[input]!.shape);
      const chosen = precisions?.inputsOf(node.step.name, from);
      const precise = preciseSines ? preciseSine(writer, node.step, from) : undefined;
      const name = precise ?? lowerStep(writer, node.step, chosen?.inputs ?? from, shapes);
      if (chosen?.half) precisions?.note(name);
      written[id] = name;
    }
  });
  const outputs = [...graph.outputs].flatMap(([name, value]) => {
    const source = precisions?.inFloat32(plain(value.id)) ?? plain(value.id);
    const rows = value.shape.length === 3;
    const whole = rows ? writer.node('Squeeze', [source, writer.int64([ROW_AXIS])]) : source;
    const dims = value.shape.map(onnxDim);
    if (!inRows?.names.has(name)) {
      nodeWriter.output(name, whole);
      return [valueInfo(name, dims)];
    }
    return rowNames(name, inRows.count).map((part, row) => {
      nodeWriter.output(part, inRows.count === 1 ? whole : takeRow(writer, whole, row));
      return valueInfo(part, dims.with(0, 1));
    });
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
    if (node.kind === 'parameter' && weights !== 'inputs')
      return { data: weightsOf(weights, node.name, node.shape), shape: node.shape };
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

/** The name of the parameter that a value is first of all made of. */
function originOf(graph: Graph, id: number): string {
  const node = graph.nodes[id]!;
  if (node.kind === 'step') return originOf(graph, node.inputs[0]!);
  return node.kind === 'constant' ? `constant ${id}` : node.name;
}

function onnxDim(dim: Dim): number | string {
  if (typeof dim === 'number') return dim;
  return dim.times === 1 ? dim.symbol : `${dim.symbol}_times_${dim.times}`;
}
