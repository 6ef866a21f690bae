import type { Program, Weights } from '../../src/engine/engine.ts';
import { compile as compileForOnnxRuntime } from '../../src/engine/onnxruntime/program.ts';
import { loadTensorFlow } from '../../src/engine/tensorflow/load.ts';
import type { TensorFlow } from '../../src/engine/tensorflow/operation.ts';
import { compile as compileForTensorFlow } from '../../src/engine/tensorflow/program.ts';
import type { Graph } from '../../src/graph/graph.ts';

/** TensorFlow.js for Node where it is installed, which it need not be; else on its backend in pure JavaScript. */
export const tensorFlow: TensorFlow = await nodeOrJavaScript();

async function nodeOrJavaScript(): Promise<TensorFlow> {
  try {
    return loadTensorFlow().tf;
  } catch {
    const tf = await import('@tensorflow/tfjs-core');
    await import('@tensorflow/tfjs-backend-cpu');
    // No advice on standard error.
    tf.env().set('IS_TEST', true);
    await tf.setBackend('cpu');
    return tf;
  }
}

type Engine = readonly [title: string, compile: (graph: Graph, weights: Weights) => Promise<Program>];

/** Every engine, as a title and its way to compile a graph. */
export const ENGINES: readonly [onnxRuntime: Engine, tensorFlow: Engine] = [
  ['ONNX Runtime', compileForOnnxRuntime],
  ['TensorFlow.js', async (graph, weights) => compileForTensorFlow(tensorFlow, graph, weights)],
];
