import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/formats/safetensors.ts';
import { type RunState, runState } from '../../src/training/run-state.ts';
import { type ReadEvent, readEvents } from './tensorboard/read-events.ts';

/** The state in a file training-state.safetensors. */
function stateIn(path: string): RunState {
  return runState.parse(JSON.parse(readSafetensors(readFileSync(path), path).metadata.state!));
}

/** The folders of a run's checkpoints, the oldest first; throws where a name is none of a checkpoint. */
function checkpointFolders(run: string): string[] {
  return readdirSync(join(run, 'checkpoints'))
    .filter((name) => !name.startsWith('.'))
    .toSorted()
    .map((name) => {
      if (!/^step-\d{8}$/.test(name)) throw new Error(`${name} in the checkpoints of ${run}`);
      return join(run, 'checkpoints', name);
    });
}

/** The steps of a run's checkpoints, rising. */
export const checkpointSteps = (run: string) => checkpointFolders(run).map((folder) => Number(folder.slice(-8)));

/** All that a run has come to, but for how long things took. */
export function comeTo(run: string) {
  const last = checkpointFolders(run).at(-1)!;
  const statePath = join(last, 'training-state.safetensors');
  const { tensors } = readSafetensors(readFileSync(statePath), statePath);
  const { seconds: _, waited: __, tests, ...state } = stateIn(statePath);
  return {
    best: readFileSync(join(run, 'model.safetensors')),
    model: readFileSync(join(last, 'model.safetensors')),
    tensors: new Map([...tensors].map(([name, tensor]) => [name, tensor.toFloat32()])),
    state: { ...state, tests: tests.map((test) => ({ ...test, seconds: 0, realTimeFactor: 0 })) },
  };
}

/** Throws where a file of a checkpoint is missing or not whole. */
export function checkWhole(run: string): void {
  for (const folder of checkpointFolders(run)) {
    for (const name of ['model.safetensors', 'training-state.safetensors']) {
      const path = join(folder, name);
      readSafetensors(readFileSync(path), path);
    }
    stateIn(join(folder, 'training-state.safetensors'));
    JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'));
  }
}

/** All event files of a run, in the order in which TensorBoard reads them. */
export function eventsOf(run: string): ReadEvent[][] {
  return readdirSync(run)
    .filter((name) => name.startsWith('events.out.tfevents.'))
    .toSorted()
    .map((name) => readEvents(readFileSync(join(run, name))));
}

/** The text of an event of the text tab. */
export function textOf({ tensor }: ReadEvent): string {
  // string_val of tensor.proto.
  return new TextDecoder().decode(tensor!.get(8)![0] as Uint8Array);
}
