import type { InferenceSession, Tensor as OrtTensor } from 'onnxruntime-node';
import { Graph } from '../../graph/graph.ts';
import { symbolic } from '../../graph/shape.ts';
import type { EngineOptions, Resident, RowProgram, Weights } from '../engine.ts';
import { channelBlock } from './channel-block.ts';
import { lowerToOnnx } from './lower.ts';
import { createSession, tensorMaker } from './program.ts';
import { type Rows, rowNames } from './rows.ts';

interface OrtResident extends Resident {
  readonly tensor: OrtTensor;
}

function resident(tensor: OrtTensor): OrtResident {
  return { shape: tensor.dims, dispose: () => tensor.dispose(), tensor };
}

/** Where what programs give stays: tensors outside JavaScript's memory exist in Node on WebGPU only. */
function outputsOn({ device }: EngineOptions): 'cpu' | 'gpu-buffer' {
  return device === 'webgpu' ? 'gpu-buffer' : 'cpu';
}

/**
 * Compiles a graph with its weights so that what comes in rows stays on the device, where another run may read it.
 *
 * @param rows all outputs must be among them
 * @throws Error that names the device where its provider does not start
 */
export async function compileRows(
  graph: Graph,
  weights: Weights,
  rows: Rows,
  options: EngineOptions,
): Promise<RowProgram> {
  const { device = 'cpu', half } = options;
  const block = device === 'cpu' ? await channelBlock() : undefined;
  const model = lowerToOnnx(graph, weights, { channelBlock: block, half, rows });
  const session = await createSession(model, { ...options, outputs: outputsOn(options) });
  const ortTensor = await tensorMaker();
  const outputs = [...graph.outputs.keys()];
  return {
    rows: rows.count,
    async run(whole, parts) {
      const feeds: Record<string, OrtTensor> = {};
      for (const [name, value] of Object.entries(whole)) feeds[name] = ortTensor(value, name);
      for (const [name, values] of Object.entries(parts)) {
        if (values.length !== rows.count) {
          throw new RangeError(`${name}: ${rows.count} rows were expected, got ${values.length}`);
        }
        for (const [row, key] of rowNames(name, rows.count).entries()) {
          feeds[key] = (values[row] as OrtResident).tensor;
        }
      }
      const results = await session.run(feeds);
      return Object.fromEntries(
        outputs.map((name) => [name, rowNames(name, rows.count).map((key) => resident(results[key]!))]),
      );
    },
    dispose: () => session.release(),
  };
}

/** Takes numbers to a device and back. */
export interface DeviceMemory {
  /** Copies numbers to the device; what `data` holds later does not matter to it. */
  place(data: Float32Array): Promise<Resident>;
  /** A copy of what place() took there, or a program put there in its shape: [1, length]. */
  read(value: Resident): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/**
 * @throws Error that names the device where its provider does not start
 */
export async function openDeviceMemory(options: EngineOptions): Promise<DeviceMemory> {
  // onnxruntime-node 1.30 makes no tensor in WebGPU's memory but as the output of a session, and its getData() aborts the process.
  const sessions = outputsOn(options) === 'cpu' ? undefined : await copyingSessions(options);
  const ortTensor = await tensorMaker();
  return {
    async place(data) {
      const tensor = ortTensor({ data: data.slice(), shape: [1, data.length] }, 'x');
      return resident(sessions === undefined ? tensor : (await sessions.place.run({ x: tensor })).y!);
    },
    async read(value) {
      const { tensor } = value as OrtResident;
      const copied = sessions === undefined ? tensor : (await sessions.read.run({ x: tensor })).y!;
      return (copied.data as Float32Array).slice();
    },
    async dispose() {
      await Promise.all([sessions?.place.release(), sessions?.read.release()]);
    },
  };
}

async function copyingSessions(
  options: EngineOptions,
): Promise<{ readonly place: InferenceSession; readonly read: InferenceSession }> {
  const graph = new Graph();
  graph.output('y', graph.input('x', [1, symbolic('length')]));
  const copy = lowerToOnnx(graph, 'inputs');
  const [place, read] = await Promise.all([
    createSession(copy, { ...options, outputs: 'gpu-buffer' }),
    createSession(copy, options),
  ]);
  return { place, read };
}
