import type { Graph } from '../graph/graph.ts';
import type { EngineName, EngineOptions, Program, Weights } from './engine.ts';
import { compile as compileForOnnxRuntime } from './onnxruntime/program.ts';
import { onnxRuntimeVersion } from './onnxruntime/runtime.ts';
import { loadTensorFlow } from './tensorflow/load.ts';
import { compile as compileForTensorFlow } from './tensorflow/program.ts';

/**
 * Compiles a graph with its weights for the chosen engine; a training program takes them as inputs instead. No other engine's package is loaded.
 *
 * @throws RangeError where a parameter has no weights of its size, or half precision is asked of TensorFlow.js; Error in one sentence where
 * the engine, or its device, does not start
 */
export async function compile(graph: Graph, weights: Weights, options: EngineOptions = {}): Promise<Program> {
  if (options.engine !== 'tensorflow') return compileForOnnxRuntime(graph, weights, options);
  if (options.half === true) {
    throw new RangeError('TensorFlow.js computes in float32 here; half precision is for the engine onnxruntime');
  }
  return compileForTensorFlow(loadTensorFlow().tf, graph, weights);
}

/** An engine that has loaded. */
export interface LoadedEngine {
  /** What, beside a graph and its inputs, the bits of a result depend on: the package, its version and the platform. */
  readonly version: string;
  /** Where TensorFlow.js runs: its package decides. */
  readonly device?: 'cpu' | 'gpu';
}

/** Loads an engine's package, or says in one sentence why it cannot be (an Error). */
export async function loadEngine(name: EngineName): Promise<LoadedEngine> {
  if (name !== 'tensorflow') return { version: await onnxRuntimeVersion() };
  const { version, device } = loadTensorFlow();
  return { version, device };
}
