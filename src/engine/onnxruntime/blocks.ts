import type { Graph } from '../../graph/graph.ts';
import { resizesExactly } from '../../graph/operations/upsample-linear.ts';
import { dimSize, type Shape, type Sizes, sameDim, sameShape } from '../../graph/shape.ts';
import { kernelInBlocks, NCHWC } from './kernel-blocks.ts';
import type { Layout, Names, Written } from './layout.ts';
import type { NodeWriter, WrittenNode } from './node-writer.ts';
import { convolvePlanes, transformInput, winogradPays } from './winograd.ts';

/** A convolution that what follows may still become part of. */
interface Open {
  readonly node: WrittenNode;
  readonly hasSum: boolean;
}

/**
 * Values of rank 3 in ONNX Runtime's layout for its blocked convolutions, [batch, channels / block, 1, time, block] under the shape [batch, channels, 1,
 * time]. ONNX Runtime changes to it by itself, and back before every product, sum over a broadcast and slice; here it stays from one convolution to the next,
 * with sums and leaky ReLUs in the convolution before them.
 */
/** @param sizes what the graph's symbols stand for, where that is known beforehand */
export function createBlocks(
  writer: NodeWriter,
  graph: Graph,
  names: Names,
  { block, sizes = {} }: { readonly block: number; readonly sizes?: Sizes },
): Layout {
  const uses = usesOf(graph);
  const blocked = new Map<number, string>();
  const open = new Map<number, Open>();
  const planes = new Map<string, readonly string[]>();
  const shapeOf = (id: number) => graph.nodes[id]!.shape;
  const channelsOf = (id: number) => shapeOf(id)[1] as number;
  const fits = (shape: Shape) => shape.length === 3 && typeof shape[1] === 'number' && shape[1] % block === 0;
  const unblock = (value: string, channels: number) => writer.node('ReorderOutput', [value], { channels }, NCHWC);

  /** Once made it serves all that follows. */
  function inBlocks(id: number): string {
    const name = blocked.get(id) ?? reordered(id);
    blocked.set(id, name);
    return name;
  }

  function reordered(id: number): string {
    const last = names.channelsLast(id);
    return last === undefined
      ? writer.node('ReorderInput', [names.plain(id)], {}, NCHWC)
      : writer.node('ReorderInput', [last], { channels_last: 1 }, NCHWC);
  }

  function take(id: number, name: string): Written {
    blocked.set(id, name);
    return {};
  }

  function convolve(id: number, [x, kernel, bias]: readonly number[], dilation: number): Written | undefined {
    const weights = names.known(kernel!);
    const biases = bias === undefined ? undefined : names.known(bias);
    if (weights === undefined || !fits(shapeOf(x!)) || (bias !== undefined && biases === undefined)) return undefined;
    const [cout, cin, taps] = weights.shape as [number, number, number];
    const length = lengthOf(x!);
    if (cout % block === 0 && length !== undefined && winogradPays(weights.shape)) {
      const planes = planesOf(x!, length, dilation);
      const about = { kernel: weights, bias: biases?.data, length, dilation, block, name: names.origin(kernel!) };
      return take(id, convolvePlanes(writer, planes, about));
    }
    const padding = (dilation * (taps - 1)) / 2;
    const wide = Math.ceil(cout / block) * block;
    const operands = [
      inBlocks(x!),
      writer.float32(kernelInBlocks(weights, block), [wide, cin, 1, taps]),
      ...(biases ? [writer.float32(padded(biases.data, wide), [wide])] : []),
    ];
    const attributes = { dilations: [1, dilation], pads: [0, padding, 0, padding] };
    const node = writer.add({
      type: 'Conv',
      inputs: operands,
      attributes,
      domain: NCHWC,
      name: names.origin(kernel!),
    });
    if (wide > cout) return { plain: unblock(node.output, cout) };
    if (uses[id] === 1) open.set(id, { node, hasSum: false });
    return take(id, node.output);
  }

  /** The same for all convolutions of a value that have one dilation. */
  function planesOf(x: number, length: number, dilation: number): readonly string[] {
    const key = `${x} ${dilation}`;
    const known =
      planes.get(key) ??
      transformInput(writer, { value: inBlocks(x), channels: channelsOf(x), length }, dilation, block);
    planes.set(key, known);
    return known;
  }

  /** In samples, where it is known beforehand. */
  function lengthOf(x: number): number | undefined {
    const [, , time] = shapeOf(x);
    return typeof time === 'number' || time!.symbol in sizes ? dimSize(time!, sizes) : undefined;
  }

  /** A convolution that nothing else has read, with what follows it as a part of it. */
  function continued(id: number, from: number, change: Parameters<NodeWriter['replace']>[1]): WrittenNode {
    const node = writer.replace(open.get(from)!.node, change);
    open.delete(from);
    blocked.set(id, node.output);
    return node;
  }

  function add(id: number, [a, b]: readonly number[]): Written | undefined {
    if (!sameShape(shapeOf(a!), shapeOf(b!)) || a === b) return undefined;
    const own = [a!, b!].find((input) => open.get(input)?.hasSum === false);
    if (own === undefined) return undefined;
    const { inputs } = open.get(own)!.node;
    const sum = inBlocks(own === a ? b! : a!);
    const node = continued(id, own, { inputs: [...inputs, ...(inputs.length === 2 ? [''] : []), sum] });
    if (uses[id] === 1) open.set(id, { node, hasSum: true });
    return {};
  }

  function leakyRelu(id: number, x: number, slope: number): Written | undefined {
    if (!blocked.has(x)) return undefined;
    const before = open.get(x);
    if (before === undefined) return take(id, writer.node('LeakyRelu', [inBlocks(x)], { alpha: { float: slope } }));
    const activation = { activation: 'LeakyRelu', activation_params: { floats: [slope] } };
    continued(id, x, { attributes: { ...before.node.attributes, ...activation } });
    return {};
  }

  function elementwise(id: number, type: string, inputs: readonly number[]): Written | undefined {
    const alike = inputs.every((input) => sameShape(shapeOf(input), shapeOf(id)));
    if (!alike || !fits(shapeOf(id)) || !inputs.some((input) => blocked.has(input))) return undefined;
    return take(id, writer.node(type, inputs.map(inBlocks)));
  }

  /** x [batch, channels, time] with one number for each channel of each row, [batch, channels, 1]. */
  function perChannel(id: number, type: string, [x, row]: readonly number[]): Written | undefined {
    const [batch, channels, time] = shapeOf(row!);
    const alike = time === 1 && [batch, channels].every((dim, axis) => sameDim(dim!, shapeOf(x!)[axis]!));
    if (!alike || !blocked.has(x!)) return undefined;
    const numbers = writer.node('Reshape', [names.plain(row!), writer.int64([0, channelsOf(x!) / block, 1, block])]);
    return take(id, joined(writer.node(type, [apart(x!), numbers]), x!));
  }

  function downsample(id: number, x: number, factor: number): Written | undefined {
    if (!blocked.has(x)) return undefined;
    if (factor === 2) {
      return take(id, writer.node('AveragePool', [inBlocks(x)], { kernel_shape: [1, 2], strides: [1, 2] }, NCHWC));
    }
    if (factor % 2 === 0) return undefined;
    const places = [(factor - 1) / 2, Number.MAX_SAFE_INTEGER, 2, factor].map((place) => writer.int64([place]));
    return take(id, joined(writer.node('Slice', [apart(x), ...places]), x));
  }

  function upsample(id: number, x: number, factor: number): Written | undefined {
    if (!blocked.has(x) || !resizesExactly(factor)) return undefined;
    const attributes = { scales: [1, 1, 1, factor], mode: 'linear', coordinate_transformation_mode: 'half_pixel' };
    return take(id, writer.node('Upsample', [inBlocks(x)], attributes, NCHWC));
  }

  /** As it lies in memory: [batch, channels / block, time, block]. */
  function apart(x: number): string {
    return writer.node('Reshape', [inBlocks(x), writer.int64([0, channelsOf(x) / block, -1, block])]);
  }

  function joined(value: string, x: number): string {
    return writer.node('Reshape', [value, writer.int64([0, channelsOf(x), 1, -1])]);
  }

  return {
    plain: (id) => (blocked.has(id) ? unblock(blocked.get(id)!, channelsOf(id)) : undefined),
    channelsLast(id) {
      if (!blocked.has(id)) return undefined;
      return writer.node('ReorderOutput', [blocked.get(id)!], { channels: channelsOf(id), channels_last: 1 }, NCHWC);
    },
    lower(id, { step, inputs }) {
      const [x] = inputs as readonly [number];
      switch (step.name) {
        case 'conv1d':
          return convolve(id, inputs, step.attributes.dilation);
        case 'add':
          return add(id, inputs) ?? elementwise(id, 'Add', inputs) ?? perChannel(id, 'Add', inputs);
        case 'mul':
          return elementwise(id, 'Mul', inputs);
        case 'leakyRelu':
          return leakyRelu(id, x, step.attributes.slope);
        case 'downsampleLinear':
          return downsample(id, x, step.attributes.factor);
        case 'upsampleLinear':
          return upsample(id, x, step.attributes.factor);
        default:
          return undefined;
      }
    },
  };
}

/** How many steps and outputs read each value. */
function usesOf({ nodes, outputs }: Graph): number[] {
  const uses = nodes.map(() => 0);
  for (const node of nodes) if (node.kind === 'step') for (const id of node.inputs) uses[id]!++;
  for (const { id } of outputs.values()) uses[id]!++;
  return uses;
}

function padded(data: Float32Array, length: number): Float32Array {
  if (data.length === length) return data;
  const out = new Float32Array(length);
  out.set(data);
  return out;
}
