import type { Tensor } from '../graph/operation.ts';

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
