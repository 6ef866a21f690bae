import type { Ranges } from '../../../src/engine/onnxruntime/eight-bit/ranges.ts';
import type { Graph, Node } from '../../../src/graph/graph.ts';
import type { Tensor } from '../../../src/graph/operation.ts';

/** Rounding to the nearest of 256 numbers, with room for what kernels compute in float32. */
const ROUNDING = 0.51 / 255;

/**
 * How far each value of a graph may be from what its plain definition says, where those with a range are in eight bits: half a step for each, and what
 * becomes of the errors before.
 *
 * @param at the plain definition's values, by id
 */
export function errorBounds(graph: Graph, at: (id: number) => Tensor, ranges: Ranges, largestWeight: number): number[] {
  const bounds: number[] = [];
  const largest = (id: number) => at(id).data.reduce((max, x) => Math.max(max, Math.abs(x)), 0);
  const step = (id: number) => {
    const [min, max] = ranges[id] ?? [0, 0];
    return ROUNDING * (Math.max(max, 0) - Math.min(min, 0));
  };
  const carried = (node: Extract<Node, { kind: 'step' }>): number => {
    const [a, b] = node.inputs as readonly [number, number];
    switch (node.step.name) {
      case 'add':
        return read(a) + read(b);
      case 'mul':
        return largest(a) * read(b) + largest(b) * read(a) + read(a) * read(b);
      case 'conv1d':
        return convolved(node, at(b), largest(a));
      default:
        // Leaky ReLUs and means bring nothing closer to or further from each other.
        return read(a);
    }
  };
  /** A value that is kept in float32 is rounded where eight-bit steps read it. */
  const read = (id: number) => bounds[id]! + step(id);
  const convolved = ({ inputs }: { inputs: readonly number[] }, { data, shape }: Tensor, largestInput: number) => {
    const fan = shape[1]! * shape[2]!;
    const rows = Array.from({ length: shape[0]! }, (_, o) => data.subarray(o * fan, (o + 1) * fan));
    const error = read(inputs[0]!);
    const [min, max] = ranges[inputs[0]!] ?? [0, 0];
    return Math.max(
      ...rows.map((row) => {
        const sum = row.reduce((total, weight) => total + Math.abs(weight), 0);
        // Weights composed with upsampling are sums of shares of these.
        const weightError = (0.51 * sum) / largestWeight;
        const bias = (weightError * (max - min)) / 255;
        return sum * error + fan * weightError * (largestInput + error) + bias;
      }),
    );
  };
  for (const [id, node] of graph.nodes.entries()) {
    // What float32 itself rounds.
    const rounding = node.kind === 'step' ? 1e-5 * largest(id) : 0;
    bounds.push(node.kind === 'step' ? carried(node) + step(id) + rounding : 0);
  }
  return bounds;
}
