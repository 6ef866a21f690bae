import type { Graph, Node } from '../graph/graph.ts';
import type { Shape } from '../graph/shape.ts';

type StepNode = Extract<Node, { readonly kind: 'step' }>;

/** The length of a value in time as samples, or samples of each frame, or undefined where it has no such dimension. */
function timeOf(shape: Shape): number | undefined {
  const [, , time] = shape;
  if (shape.length !== 3 || time === undefined) return undefined;
  return typeof time === 'number' ? time : time.times;
}

/** The time, of a frame, below which values are in eight bits: all but the `floatRates` highest sampling rates. */
function slowestFloat(graph: Graph, floatRates: number): number {
  const rates = new Set(graph.nodes.flatMap(({ shape }) => timeOf(shape) ?? []));
  return [...rates].toSorted((a, b) => b - a)[floatRates - 1] ?? Number.POSITIVE_INFINITY;
}

/** Whether values of a shape stay in float32. */
export function isFloatRate(graph: Graph, floatRates: number): (shape: Shape) => boolean {
  const slowest = slowestFloat(graph, floatRates);
  return (shape) => (timeOf(shape) ?? 0) >= slowest;
}

/**
 * The values of a network that are kept in eight bits: all signals of three dimensions but those at the highest rates, and what is convolved for these alone.
 */
export function eightBitValues(graph: Graph, isFloat: (shape: Shape) => boolean): number[] {
  const readers: StepNode[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) {
    if (node.kind === 'step') for (const input of node.inputs) readers[input]!.push(node);
  }
  const isSignal = (node: Node) =>
    node.shape.length === 3 && (node.kind === 'input' || node.kind === 'step') && !isFloat(node.shape);
  const isForFloat = (node: Node, id: number) =>
    node.kind === 'step' && node.step.name === 'conv1d' && readers[id]!.every(({ shape }) => isFloat(shape));
  return graph.nodes.flatMap((node, id) => (isSignal(node) && !isForFloat(node, id) ? [id] : []));
}
