import { type Graph, gradientOf, type Value } from './graph.ts';
import { showShape } from './shape.ts';

/**
 * The loss's gradient by each value of `wrt`, added to the graph that computes the loss (reverse mode); shapes are those of `wrt`.
 * @param loss one number: a value whose dimensions are all 1
 * @throws RangeError where the loss has more numbers, does not depend on a value, or an operation on the way has no gradient
 */
export function gradients(graph: Graph, loss: Value, wrt: readonly Value[]): Value[] {
  if (loss.shape.some((dim) => dim !== 1)) {
    throw new RangeError(`gradients: the loss is one number, got ${showShape(loss.shape)}`);
  }
  const dependent = dependents(graph, wrt);
  const upstreams = new Map<number, Value>();
  const one = loss.shape.map(() => 1);
  upstreams.set(loss.id, graph.constant(Float32Array.of(1), one));

  for (let id = loss.id; id >= 0; id--) {
    const upstream = upstreams.get(id);
    const node = graph.nodes[id]!;
    if (upstream === undefined || node.kind !== 'step' || !node.inputs.some((input) => dependent.has(input))) continue;
    const inputs = node.inputs.map((input) => valueAt(graph, input));
    const adders = gradientOf(graph, node.step, { inputs, output: valueAt(graph, id), upstream });
    if (adders === undefined) throw new RangeError(`gradients: ${node.step.name} has no gradient`);
    inputs.forEach((input, place) => {
      if (!dependent.has(input.id)) return;
      const gradient = adders[place]?.();
      if (gradient === undefined) return;
      const sum = upstreams.get(input.id);
      const total = sum === undefined ? gradient : graph.apply({ name: 'add', attributes: {} }, sum, gradient);
      upstreams.set(input.id, total);
    });
  }
  return wrt.map((value) => {
    const gradient = upstreams.get(value.id);
    if (gradient === undefined) throw new RangeError(`gradients: the loss does not depend on ${nameOf(graph, value)}`);
    return gradient;
  });
}

/** The numbers of the nodes that read a value of `wrt`, directly or through others, and those values' own. */
function dependents(graph: Graph, wrt: readonly Value[]): ReadonlySet<number> {
  const found = new Set(wrt.map((value) => value.id));
  graph.nodes.forEach((node, id) => {
    if (node.kind === 'step' && node.inputs.some((input) => found.has(input))) found.add(id);
  });
  return found;
}

function valueAt(graph: Graph, id: number): Value {
  return { id, shape: graph.nodes[id]!.shape };
}

function nameOf(graph: Graph, { id }: Value): string {
  const node = graph.nodes[id]!;
  if (node.kind === 'input' || node.kind === 'parameter') return node.name;
  return `the value ${id}${node.kind === 'step' ? ` of ${node.step.name}` : ''}`;
}
