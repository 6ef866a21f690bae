import type { Applied, OnnxWriter, Operation, Tensor, Value } from './operation.ts';
import { OPERATIONS, type Step } from './operations/index.ts';
import { type Shape, showShape } from './shape.ts';

export type { Value } from './operation.ts';

/** How a value comes to be. Parameters are the trained weights, under the checkpoint's names. */
export type Node =
  | { readonly kind: 'input'; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'parameter'; readonly name: string; readonly shape: readonly number[] }
  | { readonly kind: 'constant'; readonly value: Tensor; readonly shape: readonly number[] }
  | { readonly kind: 'step'; readonly step: Step; readonly inputs: readonly number[]; readonly shape: Shape };

/**
 * A tensor program in static single assignment: each node is written once and reads earlier ones only. Engines run it;
 * symbolic dimensions (batch, frames) get their sizes with each run.
 */
export class Graph {
  readonly nodes: Node[] = [];
  readonly outputs = new Map<string, Value>();

  input(name: string, shape: Shape): Value {
    return this.#push({ kind: 'input', name, shape });
  }

  parameter(name: string, shape: readonly number[]): Value {
    return this.#push({ kind: 'parameter', name, shape });
  }

  constant(data: Float32Array, shape: readonly number[]): Value {
    return this.#push({ kind: 'constant', value: { data, shape }, shape });
  }

  /** Adds one operation; throws a RangeError where the shapes do not fit. */
  apply(step: Step, ...inputs: Value[]): Value {
    const shape = operationOf(step).shape(
      inputs.map((input) => input.shape),
      step.attributes,
    );
    return this.#push({ kind: 'step', step, inputs: inputs.map((input) => input.id), shape });
  }

  output(name: string, value: Value): void {
    this.outputs.set(name, value);
  }

  /** The trained weights the program reads, in the order of their first use. */
  parameters(): { readonly name: string; readonly shape: readonly number[]; readonly value: Value }[] {
    return this.nodes.flatMap((node, id) =>
      node.kind === 'parameter' ? [{ name: node.name, shape: node.shape, value: { id, shape: node.shape } }] : [],
    );
  }

  #push(node: Node): Value {
    // Rank 3 is written to ONNX as rank 4 (see OnnxWriter), so rank 4 has no form of its own.
    if (node.shape.length > 3) throw new RangeError(`a value has at most 3 dimensions, got ${showShape(node.shape)}`);
    this.nodes.push(node);
    return { id: this.nodes.length - 1, shape: node.shape };
  }
}

// The table pairs each name with the attributes its operation takes; TypeScript cannot follow that pairing through a union.
function operationOf(step: Step): Operation<Step['attributes']> {
  return OPERATIONS[step.name] as Operation<Step['attributes']>;
}

export function evaluateStep(step: Step, inputs: readonly Tensor[]): Tensor {
  return operationOf(step).evaluate(inputs, step.attributes);
}

export function lowerStep(onnx: OnnxWriter, step: Step, inputs: readonly string[], shapes: readonly Shape[]): string {
  return operationOf(step).lower(onnx, inputs, step.attributes, shapes);
}

/** For each input how to add its gradient (see Gradient); undefined for an operation that has none. */
export function gradientOf(
  graph: Graph,
  step: Step,
  applied: Omit<Applied<object>, 'attributes'>,
): readonly ((() => Value) | undefined)[] | undefined {
  return operationOf(step).gradient?.(graph, { ...applied, attributes: step.attributes });
}
