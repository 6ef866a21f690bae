import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { checkData, parseJson } from '../formats/json.ts';
import { readInput } from '../formats/read-input.ts';
import { readSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { flushFolder, writeWhole } from '../formats/write-whole.ts';
import { takeWeights } from '../model/checkpoint.ts';
import { MODEL_NAME } from '../model/model-files.ts';
import type { TrainingMemory } from './memory.ts';
import { namedParameters, type ParameterLayout, parameterView } from './parameters.ts';
import { type RunState, runState } from './run-state.ts';

/** The second file of a checkpoint: what training needs beside the weights that are used. */
const STATE_NAME = 'training-state.safetensors';
const CONFIG_NAME = 'config.json';

/** The arrays of a training that a checkpoint holds. */
type Arrays = Pick<TrainingMemory, 'weights' | 'first' | 'second' | 'average'>;

/**
 * A checkpoint is a folder `checkpoints/step-00001000` with `model.safetensors` (the weights to use: their running mean where there is
 * one), `config.json` (so that the folder is a model's) and `training-state.safetensors` (moments, the weights themselves where
 * the mean is the model, and the RunState). It is made under another name, flushed and renamed: whole or not there.
 */
export function checkpointFolder(run: string, step: number): string {
  return join(run, 'checkpoints', `step-${String(step).padStart(8, '0')}`);
}

/** The steps of the checkpoints of a run, rising; none where it has no folder. */
export async function listCheckpoints(run: string): Promise<number[]> {
  return (await namesIn(join(run, 'checkpoints')))
    .flatMap((name) => /^step-(\d{8,})$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

export interface CheckpointToWrite {
  readonly layout: ParameterLayout;
  readonly arrays: Arrays;
  readonly state: RunState;
  /** The text of config.json. */
  readonly config: string;
}

/** Writes the checkpoint of a step. Where one of that step is there, it takes its place. */
export async function writeCheckpoint(
  run: string,
  { layout, arrays, state, config }: CheckpointToWrite,
): Promise<void> {
  const folder = checkpointFolder(run, state.step);
  const temporary = join(run, 'checkpoints', `.${state.step}.${randomUUID()}.tmp`);
  await mkdir(temporary, { recursive: true });
  try {
    const model = encodeModel(arrays, layout, state.step);
    await writeWhole(join(temporary, MODEL_NAME), model);
    await writeWhole(join(temporary, CONFIG_NAME), config);
    const whole = (data: Float32Array) => ({ shape: [layout.length], data });
    const tensors = new Map([
      ['adam.first', whole(arrays.first)],
      ['adam.second', whole(arrays.second)],
    ]);
    if (arrays.average.length > 0) tensors.set('weights', whole(arrays.weights));
    await writeWhole(join(temporary, STATE_NAME), writeSafetensors(tensors, { state: JSON.stringify(state) }));
    if (await holds(join(folder, MODEL_NAME), model)) {
      // The step again, after a test of it or after going back to it: at no moment is there no checkpoint.
      await rename(join(temporary, STATE_NAME), join(folder, STATE_NAME));
      await flushFolder(folder);
      await rm(temporary, { recursive: true });
    } else {
      await removeWhole(run, state.step);
      await rename(temporary, folder);
    }
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
  await flushFolder(join(run, 'checkpoints'));
}

/** Whether a file is there and has exactly these bytes. */
async function holds(path: string, bytes: Uint8Array): Promise<boolean> {
  const there = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  return there?.equals(bytes) === true;
}

/** The weights to use, as safetensors that any command takes. */
export function encodeModel({ weights, average }: Arrays, layout: ParameterLayout, step: number): Uint8Array {
  const named = namedParameters(average.length > 0 ? average : weights, layout);
  const tensors = layout.slots.map(({ name, shape }) => [name, { shape, data: named.get(name)! }] as const);
  return writeSafetensors(new Map(tensors), { format: 'pt', iteration: `${step}` });
}

/**
 * Reads the checkpoint of a step into the arrays, and gives its state.
 *
 * @throws InputError with the file that is missing or not as it was written; the arrays may then hold parts of it
 */
export async function readCheckpoint(
  run: string,
  step: number,
  { layout, arrays }: { readonly layout: ParameterLayout; readonly arrays: Arrays },
): Promise<RunState> {
  const folder = checkpointFolder(run, step);
  const statePath = join(folder, STATE_NAME);
  const { tensors, metadata } = readSafetensors(await readInput(statePath, 'the state of a training'), statePath);
  const state = checkData(parseJson(metadata.state ?? 'null', statePath), runState, statePath);
  if (state.step !== step) throw new InputError(`${statePath}: expected the state of step ${step}, got ${state.step}`);
  const take = (name: string, into: Float32Array) => {
    const data = tensors.get(name)?.toFloat32();
    if (data?.length !== into.length) {
      throw new InputError(`${statePath}: expected ${into.length} numbers of ${name}, got ${data?.length ?? 'none'}`);
    }
    if (!data.every(Number.isFinite)) throw new InputError(`${statePath}: ${name} holds numbers that are not finite`);
    into.set(data);
  };
  take('adam.first', arrays.first);
  take('adam.second', arrays.second);
  const modelPath = join(folder, MODEL_NAME);
  const model = readSafetensors(await readInput(modelPath, 'the model'), modelPath);
  const weights = takeWeights({ tensors: model.tensors, prefix: '', iteration: step }, modelPath, layout.slots);
  const isAveraged = arrays.average.length > 0;
  for (const slot of layout.slots) {
    parameterView(isAveraged ? arrays.average : arrays.weights, slot).set(weights.get(slot.name)!);
  }
  if (isAveraged) take('weights', arrays.weights);
  return state;
}

/** Removes all checkpoints but those of the given steps, and what a killed process left half written in the run's folder. */
export async function keepCheckpoints(run: string, steps: ReadonlySet<number>): Promise<void> {
  for (const step of await listCheckpoints(run)) {
    if (!steps.has(step)) await removeWhole(run, step);
  }
  for (const folder of [run, join(run, 'checkpoints')]) {
    for (const name of await namesIn(folder)) {
      if (LEFTOVER.test(name)) await rm(join(folder, name), { recursive: true, force: true });
    }
  }
}

/** How `writeWhole` and what is here call what is not whole. */
const LEFTOVER = /^\..+\.[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}\.tmp$/;

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
}

/** Removes a checkpoint so that no part of it is ever seen as one. */
async function removeWhole(run: string, step: number): Promise<void> {
  const doomed = join(run, 'checkpoints', `.${step}.${randomUUID()}.tmp`);
  await rename(checkpointFolder(run, step), doomed).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  await rm(doomed, { recursive: true, force: true });
}
