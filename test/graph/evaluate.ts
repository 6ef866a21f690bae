import { evaluateStep, type Graph, type Value } from '../../src/graph/graph.ts';
import type { Tensor } from '../../src/graph/operation.ts';

/** What a value of a graph is, by the plain definitions of its operations. */
export function evaluate(graph: Graph, inputs: Readonly<Record<string, Tensor>>, value: Value): Tensor {
  const known = new Map<number, Tensor>();
  const at = (id: number): Tensor => {
    const tensor = known.get(id) ?? compute(id);
    known.set(id, tensor);
    return tensor;
  };
  const compute = (id: number): Tensor => {
    const node = graph.nodes[id]!;
    if (node.kind === 'constant') return node.value;
    return node.kind === 'step' ? evaluateStep(node.step, node.inputs.map(at)) : inputs[node.name]!;
  };
  return at(value.id);
}
