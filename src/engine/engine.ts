import type { Tensor } from '../graph/operation.ts';
import type { Sizes } from '../graph/shape.ts';

/** What runs graphs: ONNX Runtime, or TensorFlow.js where one of its packages for Node is installed. */
export const ENGINES = ['onnxruntime', 'tensorflow'] as const;

export type EngineName = (typeof ENGINES)[number];

/** Where ONNX Runtime runs: its execution providers that ship with onnxruntime-node, or are installed beside it (cuda). */
export const DEVICES = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'] as const;

export type Device = (typeof DEVICES)[number];

export interface EngineOptions {
  /** Default onnxruntime. TensorFlow.js goes by none of the other options: its package decides, and it computes in float32. */
  readonly engine?: EngineName;
  /** Default cpu. */
  readonly device?: Device;
  /** Which of several CUDA devices; default 0. */
  readonly deviceId?: number;
  /** Threads of one run on the CPU; default 1, since workers run side by side. */
  readonly threads?: number;
  /** Whether products of matrices are computed in half precision; the rest, the weights and the results are float32. Default: false. */
  readonly half?: boolean;
  /** What some of the graph's symbols stand for in every run, as { frames: 72 }: what is known beforehand is computed faster. Default: each run sizes them. */
  readonly sizes?: Sizes;
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

/** A tensor where the programs of a device read it, which may be out of JavaScript's reach. */
export interface Resident {
  readonly shape: readonly number[];
  /** Frees its memory; it cannot be used afterwards. */
  dispose(): void;
}

/** A graph made ready to run on rows that stay on a device: its outputs come row by row, [1, …] each. */
export interface RowProgram {
  /** How many rows each run takes and gives. */
  readonly rows: number;
  /**
   * @param whole inputs that come from JavaScript's memory with every run
   * @param rows inputs that come row by row; one may stand for several rows
   * @throws RangeError for another number of rows
   */
  run(
    whole: Readonly<Record<string, Tensor>>,
    rows: Readonly<Record<string, readonly Resident[]>>,
  ): Promise<Readonly<Record<string, readonly Resident[]>>>;
  dispose(): Promise<void>;
}
