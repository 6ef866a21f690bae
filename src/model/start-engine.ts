import { type LoadedEngine, loadEngine } from '../engine/compile.ts';
import type { EngineName } from '../engine/engine.ts';
import { InputError } from '../formats/input-error.ts';

/** Loads the engine that a user asked for, so that it is known to start before anything is written; an InputError where it does not. */
export async function startEngine(name: EngineName): Promise<LoadedEngine> {
  try {
    return await loadEngine(name);
  } catch (error) {
    throw new InputError((error as Error).message, { cause: error });
  }
}
