import { Graph, type Node, type Value } from '../graph.ts';

type StepNode = Extract<Node, { readonly kind: 'step' }>;

/** What stands for a step in the new graph, whose values at(id) stand for the old ones; undefined where the step stays. */
export type Replacement = (graph: Graph, node: StepNode, at: (id: number) => Value) => Value | undefined;

/** A copy of a graph in which some steps are replaced, without the steps that no output needs any more. */
export function rewrite(graph: Graph, replace: Replacement): Graph {
  return copy(copy(graph, replace));
}

/** A copy without steps that no output needs. Inputs and parameters stay: they are what a program is called with. */
function copy(graph: Graph, replace: Replacement = () => undefined): Graph {
  const needed = neededBy(graph);
  const result = new Graph();
  const values = new Map<number, Value>();
  const at = (id: number) => values.get(id)!;
  graph.nodes.forEach((node, id) => {
    if (node.kind === 'input') values.set(id, result.input(node.name, node.shape));
    else if (node.kind === 'parameter') values.set(id, result.parameter(node.name, node.shape));
    else if (!needed.has(id)) return;
    else if (node.kind === 'constant') values.set(id, result.constant(node.value.data, node.shape));
    else values.set(id, replace(result, node, at) ?? result.apply(node.step, ...node.inputs.map(at)));
  });
  for (const [name, { id }] of graph.outputs) result.output(name, at(id));
  return result;
}

function neededBy({ nodes, outputs }: Graph): ReadonlySet<number> {
  const needed = new Set([...outputs.values()].map(({ id }) => id));
  for (let id = nodes.length - 1; id >= 0; id--) {
    const node = nodes[id]!;
    if (!needed.has(id) || node.kind !== 'step') continue;
    for (const input of node.inputs) needed.add(input);
  }
  return needed;
}
