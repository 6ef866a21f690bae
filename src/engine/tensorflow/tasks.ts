import type { Graph } from '../../graph/graph.ts';
import type { Step } from '../../graph/operations/index.ts';
import type { Apply, TensorFlow, TfTensor } from './operation.ts';
import { APPLY, FORMS } from './operations.ts';

/** One call of TensorFlow.js operations: values by number in, value `output` out. The first numbers are those of the graph's nodes. */
export interface Task {
  readonly inputs: readonly number[];
  readonly output: number;
  readonly apply: (tf: TensorFlow, inputs: readonly TfTensor[]) => TfTensor;
}

/** What a graph's outputs need to be done, in order. */
export function tasksOf(graph: Graph): Task[] {
  const tasks: Task[] = [];
  let count = graph.nodes.length;
  graph.nodes.forEach((node, output) => {
    if (node.kind !== 'step') return;
    const { step } = node;
    const inputs = node.inputs.map((input, place) => {
      const form = FORMS[step.name]?.[place];
      if (form === undefined) return input;
      tasks.push({ inputs: [input], output: count, apply: (tf, [x]) => form(tf, x!) });
      return count++;
    });
    tasks.push({ inputs, output, apply: (tf, values) => applyOf(step)(tf, values, step.attributes) });
  });
  return needed(
    tasks,
    [...graph.outputs.values()].map(({ id }) => id),
  );
}

// The table pairs each name with the attributes its operation takes; TypeScript cannot follow that pairing through a union.
function applyOf(step: Step): Apply<Step['attributes']> {
  return APPLY[step.name] as Apply<Step['attributes']>;
}

/** Those tasks that the values depend on. */
function needed(tasks: readonly Task[], values: readonly number[]): Task[] {
  const wanted = new Set(values);
  return tasks
    .toReversed()
    .filter(({ inputs, output }) => {
      if (!wanted.has(output)) return false;
      for (const input of inputs) wanted.add(input);
      return true;
    })
    .reverse();
}

/** For each task the values that nothing reads after it, but for those that are `kept`. */
export function lastReads(tasks: readonly Task[], kept: ReadonlySet<number>): number[][] {
  const seen = new Set(kept);
  return tasks
    .toReversed()
    .map(({ inputs, output }) => {
      const last = [...new Set([...inputs, output])].filter((value) => !seen.has(value));
      for (const value of last) seen.add(value);
      return last;
    })
    .reverse();
}
