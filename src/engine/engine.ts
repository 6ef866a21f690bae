import type { Tensor } from '../graph/operation.ts';

/** A graph made ready to run: give it its inputs by name, get its outputs by name. */
export interface Program {
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
  dispose(): Promise<void>;
}
