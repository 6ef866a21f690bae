import './no-telemetry.ts';
import { env, InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import type { Graph } from '../../graph/graph.ts';
import type { Tensor } from '../../graph/operation.ts';
import { showShape } from '../../graph/shape.ts';
import type { Program } from '../engine.ts';
import { channelBlock } from './channel-block.ts';
import { largestWeight } from './eight-bit/largest-weight.ts';
import type { Range, Ranges } from './eight-bit/ranges.ts';
import { lowerToOnnx, type Weights } from './lower.ts';

/** Where ONNX Runtime runs: its execution providers that ship with onnxruntime-node, or are installed beside it (cuda). */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;

export type Device = (typeof DEVICES)[number];

/** What, beside a graph and its inputs, the bits of a result depend on. */
export const ENGINE_VERSION = `onnxruntime-node ${env.versions.node} ${process.platform}-${process.arch}`;

export interface EngineOptions {
  /** Default cpu. */
  readonly device?: Device;
  /** Which of several CUDA devices; default 0. */
  readonly deviceId?: number;
  /** Threads of one run on the CPU; default 1, since workers run side by side. */
  readonly threads?: number;
  /** Whether products of matrices are computed in half precision; the rest, the weights and the results are float32. Default: false. */
  readonly half?: boolean;
  /** Where to write the times of every node, to be read by people: files PREFIX_….json, when the program is disposed of. */
  readonly profile?: string;
}

/** Compiles a graph with its weights for ONNX Runtime; a training program takes them as inputs instead. Throws an Error that names the device where its provider does not start. */
export async function compile(graph: Graph, weights: Weights, options: EngineOptions = {}): Promise<Program> {
  const { device = 'cpu', half = false } = options;
  const block = device === 'cpu' ? await channelBlock() : undefined;
  return open(lowerToOnnx(graph, weights, { channelBlock: block, half }), options);
}

/**
 * Compiles a graph, for the CPU, with the values that have a range in eight-bit numbers: ranges as `calibrate` gives them. Where the processor has no
 * fast products of such numbers it is slower than `compile`.
 */
export async function compileEightBit(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  ranges: Ranges,
  options: Pick<EngineOptions, 'threads' | 'profile'> = {},
): Promise<Program> {
  const eightBits = { ranges, largestWeight: await largestWeight() };
  return open(lowerToOnnx(graph, weights, { channelBlock: await channelBlock(), eightBits }), options);
}

/**
 * The range of each of these values, of three dimensions, over some runs of a graph in float32, on one thread of the CPU: the same for the same runs.
 *
 * @param values their ids
 * @param runs the graph's inputs, run by run
 */
export async function calibrate(
  graph: Graph,
  weights: ReadonlyMap<string, Float32Array>,
  values: readonly number[],
  runs: Iterable<Readonly<Record<string, Tensor>>>,
): Promise<Ranges> {
  const program = await open(lowerToOnnx(graph, weights, { observed: values }), {});
  const ranges: Record<number, Range> = {};
  for (const inputs of runs) {
    const outputs = await program.run(inputs);
    for (const id of values) {
      const [min, max] = [outputs[`min.${id}`]!.data[0]!, outputs[`max.${id}`]!.data[0]!];
      const known = ranges[id];
      ranges[id] = known === undefined ? [min, max] : [Math.min(min, known[0]), Math.max(max, known[1])];
    }
  }
  await program.dispose();
  return ranges;
}

async function open(
  model: Uint8Array,
  { device = 'cpu', deviceId = 0, threads = 1, profile }: EngineOptions,
): Promise<Program> {
  const session = await createSession(model, { device, deviceId, threads, profile });
  return {
    async run(inputs, into = {}) {
      const feeds = mapped(inputs, ortTensor);
      const wanted: Record<string, OrtTensor | null> = mapped(into, ortTensor);
      // ONNX Runtime would pass over it, and its memory would come back as it was.
      const unknown = Object.keys(into).find((name) => !session.outputNames.includes(name));
      if (unknown !== undefined) throw new RangeError(`the program has no output ${unknown}`);
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

function ortTensor({ data, shape }: Tensor, name: string): OrtTensor {
  const wanted = shape.reduce((product, size) => product * size, 1);
  if (data.length !== wanted) {
    throw new RangeError(`${name}: ${showShape(shape)} takes ${wanted} numbers, got ${data.length}`);
  }
  return new OrtTensor('float32', data, shape);
}

function mapped<From, To>(
  record: Readonly<Record<string, From>>,
  change: (value: From, name: string) => To,
): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}

/** What goes wrong comes as an exception too; it need not be told twice. */
const FATAL = 4;
env.logLevel = 'fatal';

const CUDA_HINT =
  'its libraries are installed by ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js';

async function createSession(
  model: Uint8Array,
  { device, deviceId, threads, profile }: EngineOptions & { readonly device: Device; readonly deviceId: number },
): Promise<InferenceSession> {
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
