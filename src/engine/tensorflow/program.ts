import type { Graph } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/operation.ts';
import { checkKnown, weightsOf } from '../checks.ts';
import type { Program, Weights } from '../engine.ts';
import { checkInputs, checkOutputs, type NamedShape } from './check-shapes.ts';
import { turned } from './layout.ts';
import type { TensorFlow, TfTensor } from './operation.ts';
import { lastReads, type Task, tasksOf } from './tasks.ts';

/**
 * Compiles a graph with its weights for TensorFlow.js, on the backend that `tf` is set to; a training program takes them as inputs instead.
 * What depends on weights alone is computed here. Throws a RangeError where a parameter has no weights of its size.
 */
export function compile(tf: TensorFlow, graph: Graph, weights: Weights): Program {
  const inputs = inputsOf(graph, weights);
  const outputs = [...graph.outputs].map(([name, { id, shape }]) => ({ name, id, shape }));
  const { constants, tasks } = foldConstants(tf, graph, weights);
  const kept = new Set([...constants.keys(), ...outputs.map(({ id }) => id)]);
  const disposable = lastReads(tasks, kept);

  function compute(given: Readonly<Record<string, Tensor>>): TfTensor[] {
    const values = new Map(constants);
    for (const { name, id } of inputs) values.set(id, upload(tf, given[name]!));
    tasks.forEach((task, i) => {
      values.set(task.output, applied(tf, task, values));
      for (const id of disposable[i]!) values.get(id)!.dispose();
    });
    return outputs.map(({ id }) => turned(tf, values.get(id)!));
  }

  return {
    async run(given, into = {}) {
      checkKnown(into, [...graph.outputs.keys()]);
      checkOutputs(outputs, into, checkInputs(inputs, given));
      const results = tf.tidy(() => compute(given));
      try {
        const named = await Promise.all(
          outputs.map(async ({ name }, i) => [name, await download(results[i]!, into[name])] as const),
        );
        return Object.fromEntries(named);
      } finally {
        tf.dispose(results);
      }
    },
    async dispose() {
      tf.dispose([...constants.values()]);
    },
  };
}

function inputsOf(graph: Graph, weights: Weights): (NamedShape & { readonly id: number })[] {
  return graph.nodes.flatMap((node, id) =>
    node.kind === 'input' || (node.kind === 'parameter' && weights === 'inputs')
      ? [{ name: node.name, shape: node.shape, id }]
      : [],
  );
}

/** The values that are the same in every run and that one reads, and the tasks that are left for it. */
function foldConstants(tf: TensorFlow, graph: Graph, weights: Weights) {
  const values = new Map<number, TfTensor>();
  const tasks: Task[] = [];
  tf.tidy(() => {
    graph.nodes.forEach((node, id) => {
      if (node.kind === 'constant') values.set(id, upload(tf, node.value));
      if (node.kind !== 'parameter' || weights === 'inputs') return;
      values.set(id, upload(tf, { data: weightsOf(weights, node.name, node.shape), shape: node.shape }));
    });
    for (const task of tasksOf(graph)) {
      if (task.inputs.every((id) => values.has(id))) values.set(task.output, applied(tf, task, values));
      else tasks.push(task);
    }
    const outputs = [...graph.outputs.values()].map(({ id }) => id);
    const read = new Set([...tasks.flatMap(({ inputs }) => inputs), ...outputs]);
    for (const [id, value] of values) {
      if (read.has(id)) tf.keep(value);
      else values.delete(id);
    }
  });
  return { constants: values, tasks };
}

function applied(tf: TensorFlow, { inputs, apply }: Task, values: ReadonlyMap<number, TfTensor>): TfTensor {
  return tf.tidy(() =>
    apply(
      tf,
      inputs.map((id) => values.get(id)!),
    ),
  );
}

/** As a copy, since the pure JavaScript backend computes on the array itself. */
function upload(tf: TensorFlow, { data, shape }: Tensor): TfTensor {
  return tf.tidy(() => turned(tf, tf.tensor(data.slice(), [...shape], 'float32')));
}

async function download(result: TfTensor, into: Tensor | undefined): Promise<Tensor> {
  const data = (await result.data()) as Float32Array;
  if (into === undefined) return { shape: result.shape, data };
  into.data.set(data);
  return into;
}
