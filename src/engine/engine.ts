import type { Tensor } from '../graph/operation.ts';

/** What runs graphs: ONNX Runtime, or TensorFlow.js where one of its packages for Node is installed. */
export const ENGINES = ['onnxruntime', 'tensorflow'] as const;

export type EngineName = (typeof ENGINES)[number];

/** Where ONNX Runtime runs: its execution providers that ship with onnxruntime-node, or are installed beside it (cuda). */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;

export type Device = (typeof DEVICES)[number];

export interface EngineOptions {
  /** Default onnxruntime. TensorFlow.js takes none of the other options: its package decides, and it computes in float32. */
  readonly engine?: EngineName;
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

/** The numbers of a graph's parameters by name, or that they come with each run, as inputs of those names. */
export type Weights = ReadonlyMap<string, Float32Array> | 'inputs';

/** A graph made ready to run: give it its inputs by name, get its outputs by name. */
export interface Program {
  /**
   * @param into memory of the outputs' shapes that they are written to, for some of them or all; the result's tensors of those names are these
   * @throws Error that names an input or output of another shape, or an input that is missing; RangeError for a tensor whose numbers do not
   * fill its shape, or an output that there is not. What `into` then holds is undefined.
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<void>;
}
