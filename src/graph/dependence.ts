import type { Graph, Node } from './graph.ts';

/** Places along time, from the first to the last, both included. Those before a signal's start are negative. */
export interface Stretch {
  readonly first: number;
  readonly last: number;
}

type StepNode = Extract<Node, { readonly kind: 'step' }>;

/**
 * The first and the last place of each input that a stretch of an output depends on, where signals have no ends. Where one does end, what lies
 * beyond has no part in it.
 *
 * @param symbol of the dimension that is time; inputs without it are left out
 * @throws RangeError for an operation whose reach along time is not known here
 */
export function dependence(graph: Graph, output: string, wanted: Stretch, symbol: string): Map<string, Stretch> {
  const { nodes, outputs } = graph;
  const runsInTime = ({ shape }: Node) => shape.some((dim) => typeof dim !== 'number' && dim.symbol === symbol);
  const needed = new Map<number, Stretch>([[outputs.get(output)!.id, wanted]]);
  const found = new Map<string, Stretch>();
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id]!;
    const stretch = needed.get(id);
    if (stretch === undefined) continue;
    if (node.kind === 'input') found.set(node.name, stretch);
    if (node.kind !== 'step') continue;
    for (const input of node.inputs.filter((each) => runsInTime(nodes[each]!))) {
      needed.set(input, union(needed.get(input), readBy(graph, node, stretch)));
    }
  }
  return found;
}

function union(a: Stretch | undefined, b: Stretch): Stretch {
  if (a === undefined) return b;
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

/** What a step reads of those of its inputs that run in time. */
function readBy({ nodes }: Graph, { step, inputs }: StepNode, { first, last }: Stretch): Stretch {
  switch (step.name) {
    case 'conv1d': {
      const taps = nodes[inputs[1]!]!.shape[2] as number;
      const reach = (step.attributes.dilation * (taps - 1)) / 2;
      return { first: first - reach, last: last + reach };
    }
    case 'upsampleLinear': {
      const { factor } = step.attributes;
      const source = (place: number) => (place + 0.5) / factor - 0.5;
      return { first: Math.floor(source(first)), last: Math.ceil(source(last)) };
    }
    case 'downsampleLinear': {
      const { factor } = step.attributes;
      return { first: first * factor + Math.floor((factor - 1) / 2), last: last * factor + Math.floor(factor / 2) };
    }
    case 'add':
    case 'mul':
    case 'leakyRelu':
    case 'squeeze':
    case 'unsqueeze':
      return { first, last };
    default:
      throw new RangeError(`${step.name}: how far it reaches along time is not known`);
  }
}
