import type { Tensor } from '../graph/operation.ts';

/** A graph made ready to run: give it its inputs by name, get its outputs by name. */
export interface Program {
  /**
   * @param into memory of the outputs' sizes that they are written to, for some of them or all; the result's tensors of those names are these
   */
  run(
    inputs: Readonly<Record<string, Tensor>>,
    into?: Readonly<Record<string, Tensor>>,
  ): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<void>;
}
