import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/operation.ts';
import { checkFilled, checkKnown } from '../checks.ts';
import type { Device, EngineOptions, Program, Weights } from '../engine.ts';
import { channelBlock } from './channel-block.ts';
import { lowerToOnnx } from './lower.ts';
import { onnxRuntime } from './runtime.ts';

/** Compiles a graph with its weights for ONNX Runtime; a training program takes them as inputs instead. Throws an Error that names the device where its provider does not start. */
export async function compile(
  graph: Graph,
  weights: Weights,
  { device = 'cpu', deviceId = 0, threads = 1, half = false, profile }: EngineOptions = {},
): Promise<Program> {
  const block = device === 'cpu' && weights === 'inputs' ? await channelBlock() : undefined;
  const model = lowerToOnnx(graph, weights, { channelBlock: block, half });
  const session = await createSession(model, { device, deviceId, threads, profile });
  const { Tensor: OrtTensor } = await onnxRuntime();
  const ortTensor = (tensor: Tensor, name: string): OrtTensor => {
    checkFilled(tensor, name);
    return new OrtTensor('float32', tensor.data, tensor.shape);
  };
  return {
    async run(inputs, into = {}) {
      const feeds = mapped(inputs, ortTensor);
      const wanted: Record<string, OrtTensor | null> = mapped(into, ortTensor);
      // ONNX Runtime would pass over it, and its memory would come back as it was.
      checkKnown(into, session.outputNames);
      for (const name of session.outputNames) wanted[name] ??= null;
      const results = await session.run(feeds, wanted);
      // Written in place, though what comes back are other objects.
      return { ...mapped(results, ({ data, dims }) => ({ data: data as Float32Array, shape: dims })), ...into };
    },
    async dispose() {
      if (profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** What goes wrong comes as an exception too. */
const FATAL = 4;

const CUDA_HINT =
  'its libraries are installed by ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js';

async function createSession(
  model: Uint8Array,
  { device, deviceId, threads, profile }: EngineOptions & { readonly device: Device; readonly deviceId: number },
): Promise<InferenceSession> {
  const { InferenceSession } = await onnxRuntime();
  try {
    return await InferenceSession.create(model, {
      executionProviders: [device === 'cuda' ? { name: device, deviceId } : device],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      graphOptimizationLevel: 'all',
      logSeverityLevel: FATAL,
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
    });
  } catch (error) {
    const hint = device === 'cuda' ? `; ${CUDA_HINT}` : '';
    const [reason] = (error as Error).message.split('\n');
    throw new Error(`ONNX Runtime does not start on ${device}: ${reason}${hint}`, { cause: error });
  }
}
