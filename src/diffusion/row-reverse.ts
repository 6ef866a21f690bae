import type { EngineOptions, Resident, RowProgram } from '../engine/engine.ts';
import { compileRows } from '../engine/onnxruntime/resident.ts';
import { Graph, type Value } from '../graph/graph.ts';
import { symbolic } from '../graph/shape.ts';
import { filled } from '../model/row-network.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import type { ProcessConstants } from './process.ts';

/** What weighs the parts of y_{n−1}; each [batch, 1] beside signals of [batch, samples]. */
const WEIGHTS = ['signalGain', 'noiseGain', 'meanFromClean', 'meanFromState', 'deviation'] as const;

/** A reverse step of one row: a state y_n, ε̂(y_n) and standard normal noise, each [1, samples] on the device. */
interface ReverseRow {
  readonly constants: ProcessConstants;
  /** n − 1. At 0, in the last step, no noise is added, whatever `added` is. */
  readonly i: number;
  readonly state: Resident;
  readonly predicted: Resident;
  readonly added: Resident;
}

/** Reverse steps on a device. */
export interface RowReverse {
  /** The states y_{n−1} of rows of one length, in calls of as many rows as go together. */
  step(rows: readonly ReverseRow[]): Promise<Resident[]>;
  dispose(): Promise<void>;
}

/**
 * The reverse step of `sample` in float32, where the states are: the constants are computed in double precision and rounded, as is each
 * operation. A device may hold what is not a number to −1, as WebGPU does: a schedule that blows up is then bad rather than none.
 *
 * @param options.rows of a call
 * @throws Error where the device does not start
 */
export async function compileRowReverse({
  clamp,
  rows,
  ...options
}: EngineOptions & { readonly clamp: Clamp; readonly rows: number }): Promise<RowReverse> {
  const inRows = new Set(['state', 'predicted', 'added', 'next']);
  // Other devices take and give tensors in JavaScript's memory, so that there the CPU is nearer.
  const engine = options.device === 'webgpu' ? options : {};
  const program: RowProgram = await compileRows(reverseGraph(clamp), 'inputs', { count: rows, names: inRows }, engine);
  return {
    async step(wanted) {
      const results: Resident[] = [];
      for (let first = 0; first < wanted.length; first += rows) {
        const some = wanted.slice(first, first + rows);
        const all = filled(some, rows);
        const weights = all.map(weightsOf);
        const whole = WEIGHTS.map((name) => {
          const data = Float32Array.from(weights, (each) => each[name]);
          return [name, { data, shape: [rows, 1] }] as const;
        });
        const { next } = await program.run(Object.fromEntries(whole), {
          state: all.map(({ state }) => state),
          predicted: all.map(({ predicted }) => predicted),
          added: all.map(({ added }) => added),
        });
        for (const extra of next!.slice(some.length)) extra.dispose();
        results.push(...next!.slice(0, some.length));
      }
      return results;
    },
    dispose: () => program.dispose(),
  };
}

function weightsOf({ constants, i }: ReverseRow): Readonly<Record<(typeof WEIGHTS)[number], number>> {
  return {
    signalGain: constants.signalGain[i]!,
    noiseGain: constants.noiseGain[i]!,
    meanFromClean: constants.meanFromClean[i]!,
    meanFromState: constants.meanFromState[i]!,
    deviation: i === 0 ? 0 : Math.exp(0.5 * constants.logVariance[i]!),
  };
}

/** y_{n−1} from y_n, ε̂ and noise, as `reverseStep` has it. */
function reverseGraph(clamp: Clamp): Graph {
  const graph = new Graph();
  const batch = symbolic('batch');
  const [state, predicted, added] = ['state', 'predicted', 'added'].map((name) =>
    graph.input(name, [batch, symbolic('samples')]),
  ) as [Value, Value, Value];
  const weight = Object.fromEntries(WEIGHTS.map((name) => [name, graph.input(name, [batch, 1])]));
  const apply = (name: 'add' | 'sub' | 'mul', a: Value, b: Value) => graph.apply({ name, attributes: {} }, a, b);
  const weighted = (name: (typeof WEIGHTS)[number], value: Value) => apply('mul', value, weight[name]!);
  const held = (value: Value) => graph.apply({ name: 'clip', attributes: { low: -1, high: 1 } }, value);
  const estimate = apply('sub', weighted('signalGain', state), weighted('noiseGain', predicted));
  const clean = clamp === 'x0' ? held(estimate) : estimate;
  const mean = apply('add', weighted('meanFromClean', clean), weighted('meanFromState', state));
  const next = apply('add', mean, weighted('deviation', added));
  graph.output('next', clamp === 'state' ? held(next) : next);
  return graph;
}
