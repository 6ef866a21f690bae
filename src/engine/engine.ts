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
