import { open, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/operation.ts';
import { checkFilled, checkKnown } from '../checks.ts';
import { DEVICES, type Device, type EngineOptions, type Program, type Weights } from '../engine.ts';
import { channelBlock } from './channel-block.ts';
import { type LoweringOptions, lowerToOnnx } from './lower.ts';
import type { ConstantsFile } from './node-writer.ts';
import { onnxRuntime } from './runtime.ts';

/** What onnxruntime-node has a provider for on this system, installed or not. */
export async function startableDevices(): Promise<Device[]> {
  const { listSupportedBackends } = await onnxRuntime();
  const names = new Set(listSupportedBackends().map(({ name }) => name));
  return DEVICES.filter((device) => names.has(device));
}

/** Compiles a graph with its weights for ONNX Runtime; a training program takes them as inputs instead. Throws an Error that names the device where its provider does not start. */
export async function compile(graph: Graph, weights: Weights, options: EngineOptions = {}): Promise<Program> {
  return start(lowerToOnnx(graph, weights, await loweringFor(options)), options);
}

/**
 * Writes a graph with its weights to files PATH.onnx and PATH.weights, from which any number of programs is opened: they share the weights' memory, which is mapped, and
 * open faster.
 *
 * @param options those that the program is to be opened with
 * @throws Error where the files cannot be written
 */
export async function writeProgram(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  path: string,
  options: EngineOptions = {},
): Promise<void> {
  const constants: ConstantsFile = { name: `${basename(path)}.weights`, parts: [] };
  const model = lowerToOnnx(graph, weights, { ...(await loweringFor(options)), constants });
  const file = await open(`${path}.weights`, 'w');
  try {
    for (const { offset, data } of constants.parts) {
      await file.write(data, 0, data.byteLength, offset);
    }
  } finally {
    await file.close();
  }
  await writeFile(`${path}.onnx`, model);
}

/** Opens what `writeProgram` wrote. The files may be removed afterwards where the system lets mapped files go, as Linux and macOS do. */
export function openProgram(path: string, options: EngineOptions = {}): Promise<Program> {
  return start(`${path}.onnx`, options);
}

async function loweringFor({ device = 'cpu', half, sizes }: EngineOptions): Promise<LoweringOptions> {
  const block = device === 'cpu' ? await channelBlock() : undefined;
  return { channelBlock: block, half, preciseSines: device === 'webgpu', sizes };
}

/**
 * Opens a graph as it was lowered.
 *
 * @param model its bytes, or its file
 */
export async function start(model: Uint8Array | string, options: EngineOptions): Promise<Program> {
  const session = await createSession(model, options);
  const ortTensor = await tensorMaker();
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
      if (options.profile !== undefined) session.endProfiling();
      await session.release();
    },
  };
}

/** How ONNX Runtime's tensors are made, which throws a RangeError under the name where the numbers do not fill the shape. */
export async function tensorMaker(): Promise<(tensor: Tensor, name: string) => OrtTensor> {
  const { Tensor: Made } = await onnxRuntime();
  return (tensor, name) => {
    checkFilled(tensor, name);
    return new Made('float32', tensor.data, tensor.shape);
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

/**
 * Starts ONNX Runtime on a model; throws an Error that names the device where its provider does not start.
 *
 * @param options.outputs where all outputs come to lie: in JavaScript's memory (cpu, the default), or in WebGPU's, as tensors that only
 * sessions on WebGPU read
 */
export async function createSession(
  model: Uint8Array | string,
  {
    device = 'cpu',
    deviceId = 0,
    threads = 1,
    profile,
    outputs = 'cpu',
  }: Omit<EngineOptions, 'half'> & { readonly outputs?: 'cpu' | 'gpu-buffer' },
): Promise<InferenceSession> {
  const { InferenceSession } = await onnxRuntime();
  const settings: InferenceSession.SessionOptions = {
    executionProviders: [device === 'cuda' ? { name: device, deviceId } : device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: FATAL,
    ...(outputs === 'cpu' ? {} : { preferredOutputLocation: outputs }),
    ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
  };
  try {
    return await (typeof model === 'string'
      ? InferenceSession.create(model, settings)
      : InferenceSession.create(model, settings));
  } catch (error) {
    const hint = device === 'cuda' ? `; ${CUDA_HINT}` : '';
    const reason = reasonOf((error as Error).message);
    throw new Error(`ONNX Runtime does not start on ${device}: ${reason}${hint}`, { cause: error });
  }
}

/** The first line, without the place in ONNX Runtime's source and the condition that WebGPU's begins with. */
function reasonOf(message: string): string {
  return message.split('\n')[0]!.replace(/^\/onnxruntime_src\/.* was false\. /, '');
}
