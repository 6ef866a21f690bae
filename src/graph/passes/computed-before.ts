import { Graph, type Value } from '../graph.ts';

/** A program in two parts. */
export interface TwoParts {
  /** What can be computed before. */
  readonly before: Graph;
  /** What is left: it reads the outputs of `before`, under their names, in place of the inputs that these come from. */
  readonly rest: Graph;
}

/**
 * Takes apart what depends on some inputs alone, so that it is computed once where they stay the same from run to run.
 *
 * @param inputs the names of these inputs
 * @param prefix of the names of what comes between the parts
 */
export function computedBefore(graph: Graph, inputs: ReadonlySet<string>, prefix = 'before'): TwoParts {
  const { nodes, outputs } = graph;
  const kinds: ('changing' | 'before' | 'constant')[] = [];
  for (const node of nodes) {
    const from = node.kind === 'step' ? node.inputs.map((id) => kinds[id]!) : [];
    if (node.kind === 'input') kinds.push(inputs.has(node.name) ? 'before' : 'changing');
    else kinds.push(from.includes('changing') ? 'changing' : from.includes('before') ? 'before' : 'constant');
  }
  const read = nodes.flatMap((node, id) => (node.kind === 'step' && kinds[id] === 'changing' ? node.inputs : []));
  const results = [...outputs.values()].map(({ id }) => id);
  const between = new Set([...read, ...results].filter((id) => kinds[id] === 'before'));
  const names = new Map([...between].map((id, i) => [id, `${prefix}.${i}`]));
  const values = new Map([...names].map(([id, name]) => [name, { id, shape: nodes[id]!.shape }]));
  return { before: part(graph, new Map(), values), rest: part(graph, names, outputs) };
}

/** What some values need, from other ones on, which become inputs of these names. */
function part({ nodes }: Graph, starts: ReadonlyMap<number, string>, outputs: ReadonlyMap<string, Value>): Graph {
  const result = new Graph();
  const copies = new Map<number, Value>();
  function copyOf(id: number): Value {
    const copy = copies.get(id) ?? made(id);
    copies.set(id, copy);
    return copy;
  }
  function made(id: number): Value {
    const node = nodes[id]!;
    const start = starts.get(id);
    if (start !== undefined) return result.input(start, node.shape);
    if (node.kind === 'input') return result.input(node.name, node.shape);
    if (node.kind === 'parameter') return result.parameter(node.name, node.shape);
    if (node.kind === 'constant') return result.constant(node.value.data, node.shape);
    return result.apply(node.step, ...node.inputs.map(copyOf));
  }
  for (const [name, { id }] of outputs) result.output(name, copyOf(id));
  return result;
}
