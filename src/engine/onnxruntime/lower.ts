import { type Graph, lowerStep } from '../../graph/graph.ts';
import type { OnnxAttributes, OnnxWriter } from '../../graph/operation.ts';
import { type Dim, writtenShape } from '../../graph/shape.ts';
import { weightsOf } from '../checks.ts';
import type { Weights } from '../engine.ts';
import { mixedPrecision } from './half-precision.ts';
import { attribute, encodeModel, floatTensor, int64Tensor, valueInfo } from './onnx-file.ts';

/** Where values of rank 3 get their one row (see OnnxWriter). */
const ROW_AXIS = 2;

export interface LoweringOptions {
  /** What OnnxWriter says of it; only for parameters that come with each run, since ONNX Runtime knows best for others. */
  readonly channelBlock?: number;
  /** Whether products of matrices are computed in half precision, which blocked kernels are not made for. Default: false. */
  readonly half?: boolean;
}

/**
 * Writes a graph as an ONNX model. Parameters with weights become initializers, so that ONNX Runtime packs them once for its
 * kernels. Throws where weights are given and a parameter has none of its size.
 */
export function lowerToOnnx(
  graph: Graph,
  weights: Weights,
  { channelBlock, half = false }: LoweringOptions = {},
): Uint8Array {
  const nodes: Record<string, unknown>[] = [];
  const initializers: Record<string, unknown>[] = [];
  let count = 0;
  const writer: OnnxWriter = {
    channelBlock: weights === 'inputs' && !half ? channelBlock : undefined,
    node(type: string, inputs: readonly string[], attributes: OnnxAttributes = {}, domain = '') {
      const output = `v${count++}`;
      nodes.push({
        op_type: type,
        domain,
        name: `${type}_${output}`,
        input: inputs,
        output: [output],
        attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
      });
      return output;
    },
    float32(data, shape) {
      const name = `c${count++}`;
      initializers.push(floatTensor(name, data, shape));
      return name;
    },
    int64(data) {
      const name = `c${count++}`;
      initializers.push(int64Tensor(name, data));
      return name;
    },
  };

  const precisions = half ? mixedPrecision(writer) : undefined;
  const names: string[] = [];
  const inputs: Record<string, unknown>[] = [];
  for (const node of graph.nodes) {
    if (node.kind === 'input' || (node.kind === 'parameter' && weights === 'inputs')) {
      inputs.push(valueInfo(node.name, node.shape.map(onnxDim)));
      const rows = node.shape.length === 3;
      names.push(rows ? writer.node('Unsqueeze', [node.name, writer.int64([ROW_AXIS])]) : node.name);
    } else if (node.kind === 'parameter') {
      const data = weightsOf(weights as Exclude<Weights, 'inputs'>, node.name, node.shape);
      initializers.push(floatTensor(node.name, data, writtenShape(node.shape)));
      names.push(node.name);
    } else if (node.kind === 'constant') {
      names.push(writer.float32(node.value.data, writtenShape(node.shape)));
    } else {
      const from = node.inputs.map((id) => names[id]!);
      const shapes = node.inputs.map((id) => graph.nodes[id]!.shape);
      const chosen = precisions?.inputsOf(node.step.name, from);
      const name = lowerStep(writer, node.step, chosen?.inputs ?? from, shapes);
      if (chosen?.half) precisions?.note(name);
      names.push(name);
    }
  }
  const outputs = [...graph.outputs].map(([name, value]) => {
    const source = precisions?.inFloat32(names[value.id]!) ?? names[value.id]!;
    const rows = value.shape.length === 3;
    const result = rows ? writer.node('Squeeze', [source, writer.int64([ROW_AXIS])]) : source;
    nodes.push({ op_type: 'Identity', name: `output_${name}`, input: [result], output: [name] });
    return valueInfo(name, value.shape.map(onnxDim));
  });
  return encodeModel({ nodes, initializers, inputs, outputs });
}

function onnxDim(dim: Dim): number | string {
  if (typeof dim === 'number') return dim;
  return dim.times === 1 ? dim.symbol : `${dim.symbol}_times_${dim.times}`;
}
