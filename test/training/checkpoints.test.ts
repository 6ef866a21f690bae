import { mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { loadModel } from '../../src/model/model.ts';
import { fillNormal } from '../../src/random/noise.ts';
import {
  checkpointFolder,
  keepCheckpoints,
  listCheckpoints,
  readCheckpoint,
  writeCheckpoint,
} from '../../src/training/checkpoints.ts';
import type { TrainingMemory } from '../../src/training/memory.ts';
import type { ParameterLayout } from '../../src/training/parameters.ts';
import type { RunState } from '../../src/training/run-state.ts';
import { relativeDistance } from '../graph/distance.ts';
import { golden, tinyConfig } from '../model/tiny.ts';
import { survivesMutations } from '../mutations.ts';
import { checkpointMemory, stateAfter } from './run-states.ts';
import { takeTinyWeights, tinyTraining } from './tiny-training.ts';

const FILES = ['config.json', 'model.safetensors', 'training-state.safetensors'];
const config = readFileSync(tinyConfig, 'utf8');

let layout: ParameterLayout;
let run: string;

beforeAll(async () => {
  ({ layout } = await tinyTraining());
});

beforeEach(() => {
  run = mkdtempSync(join(tmpdir(), 'checkpoints-'));
});

afterEach(() => rmSync(run, { recursive: true }));

const NAMES = ['weights', 'first', 'second', 'average'] as const;

/** Arrays of numbers that differ with the seed. */
function filled(seed: number, averaged = false): TrainingMemory {
  const memory = checkpointMemory(layout, averaged);
  for (const [k, name] of NAMES.entries()) {
    fillNormal(memory[name], { seed, purpose: 'proposal', clip: 0, replicate: 0, k });
  }
  return memory;
}

const numbersOf = (memory: TrainingMemory) => NAMES.map((name) => memory[name]);

const write = (arrays: TrainingMemory, state: RunState) => writeCheckpoint(run, { layout, arrays, state, config });

async function read(step: number, averaged = false): Promise<{ arrays: TrainingMemory; state: RunState }> {
  const arrays = checkpointMemory(layout, averaged);
  return { arrays, state: await readCheckpoint(run, step, { layout, arrays }) };
}

const inCheckpoints = () => readdirSync(join(run, 'checkpoints')).sort();

describe('a checkpoint', () => {
  test.each([false, true])('comes back to the bit; with an average: %s', async (averaged) => {
    const arrays = filled(1, averaged);
    const test = { step: 7, seconds: 1 / 3, trainingLoss: 0.1, validationLoss: 0.2, melL1: 0.3 };
    const state = stateAfter(7, { lowest: Number.NaN, recentLosses: [1 / 3, Math.PI], tests: [test] });
    await write(arrays, state);
    const back = await read(7, averaged);
    expect(back.state).toEqual(state);
    expect(numbersOf(back.arrays)).toEqual(numbersOf(arrays));
    expect(readdirSync(checkpointFolder(run, 7)).sort()).toEqual(FILES);
    expect(inCheckpoints()).toEqual(['step-00000007']);
  });

  test('is a model that any command takes: the average of the weights where there is one', async () => {
    const arrays = filled(1, true);
    takeTinyWeights(arrays.average, layout);
    await write(arrays, stateAfter(3));
    const model = await loadModel(checkpointFolder(run, 3));
    const predicted = await model.predictNoise({
      signal: golden('forward/y'),
      mels: golden('forward/mels'),
      noiseLevels: golden('forward/noise_level'),
      batch: 2,
    });
    await model.dispose();
    expect(relativeDistance(predicted, golden('forward/eps'))).toBeLessThan(1e-4);
  });

  test('takes the place of one of its step', async () => {
    await write(filled(1), stateAfter(5));
    // With the same weights, only its state is other.
    const moved = filled(1);
    fillNormal(moved.first, { seed: 9, purpose: 'proposal', clip: 0, replicate: 0, k: 0 });
    await write(moved, stateAfter(5, { attempt: 1 }));
    const second = await read(5);
    expect([second.state.attempt, second.arrays.first]).toEqual([1, moved.first]);
    // With other weights, too.
    await write(filled(2), stateAfter(5, { attempt: 2 }));
    const third = await read(5);
    expect(third.state.attempt).toBe(2);
    expect(numbersOf(third.arrays)).toEqual(numbersOf(filled(2)));
    expect(inCheckpoints()).toEqual(['step-00000005']);
    expect(readdirSync(checkpointFolder(run, 5)).sort()).toEqual(FILES);
  });

  test('leaves nothing where it cannot be written', async () => {
    mkdirSync(join(run, 'checkpoints'));
    await expect(
      writeCheckpoint(run, { layout, arrays: filled(1), state: stateAfter(1), config: 5 as never }),
    ).rejects.toThrow(TypeError);
    expect(inCheckpoints()).toEqual([]);
  });
});

describe('listCheckpoints', () => {
  test('gives the steps in their order, and nothing that is no checkpoint', async () => {
    expect(await listCheckpoints(join(run, 'none'))).toEqual([]);
    for (const name of ['step-00000020', 'step-100000000', 'step-00000003', 'step-5', '.7.tmp', 'old-step-00000001']) {
      mkdirSync(join(run, 'checkpoints', name), { recursive: true });
    }
    expect(await listCheckpoints(run)).toEqual([3, 20, 100_000_000]);
  });
});

describe('keepCheckpoints', () => {
  test('removes the others, and what a killed process left, but nothing else', async () => {
    const arrays = filled(1);
    for (const step of [1, 2, 3, 4]) await write(arrays, stateAfter(step));
    const id = '01234567-89ab-cdef-0123-456789abcdef';
    mkdirSync(join(run, 'checkpoints', `.5.${id}.tmp`));
    writeFileSync(join(run, 'checkpoints', `.5.${id}.tmp`, 'model.safetensors'), 'half');
    writeFileSync(join(run, `.model.safetensors.${id}.tmp`), 'half');
    for (const name of ['notes.txt', '.hidden.tmp', 'training.csv']) writeFileSync(join(run, name), 'mine');
    await keepCheckpoints(run, new Set([2, 4, 9]));
    expect(inCheckpoints()).toEqual(['step-00000002', 'step-00000004']);
    expect(readdirSync(run).sort()).toEqual(['.hidden.tmp', 'checkpoints', 'notes.txt', 'training.csv']);
    expect((await read(2)).state).toEqual(stateAfter(2));
  });

  test('removes none so that a part of it is seen', async () => {
    await write(filled(1), stateAfter(1));
    const folder = checkpointFolder(run, 1);
    // With so many files it takes a while.
    for (let i = 0; i < 1000; i++) writeFileSync(join(folder, `${i}`), '');
    const seen = new Set<number>();
    let removing = true;
    const removed = keepCheckpoints(run, new Set()).finally(() => {
      removing = false;
    });
    while (removing) {
      try {
        seen.add(readdirSync(folder).length);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOENT');
      }
      await new Promise(setImmediate);
    }
    await removed;
    expect([...seen]).toEqual([1003]);
    expect(inCheckpoints()).toEqual([]);
  });

  test('finds nothing where there is nothing', async () => {
    await keepCheckpoints(join(run, 'none'), new Set([1]));
    expect(readdirSync(run)).toEqual([]);
  });
});

describe('readCheckpoint refuses', () => {
  // Of a network of two layers, so that damage is mostly to what a file says of itself.
  beforeAll(() => {
    layout = {
      slots: [
        { name: 'nn.a.weight', shape: [2, 3, 1], offset: 0, length: 6 },
        { name: 'nn.a.bias', shape: [2], offset: 6, length: 2 },
      ],
      length: 8,
    };
  });

  const at = (name: string) => join(checkpointFolder(run, 5), name);
  const refusal = async (averaged = false) => {
    const error = await read(5, averaged).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InputError);
    return (error as InputError).message;
  };

  beforeEach(() => write(filled(1), stateAfter(5)));

  test.each([
    ['training-state.safetensors', 'the state of a training'],
    ['model.safetensors', 'the model'],
  ])('one without its %s', async (name, what) => {
    rmSync(at(name));
    expect(await refusal()).toBe(`${at(name)}: ${what} cannot be read: there is no such file`);
  });

  test('one of another step', async () => {
    await write(filled(1), stateAfter(6));
    rmSync(checkpointFolder(run, 5), { recursive: true });
    renameSync(checkpointFolder(run, 6), checkpointFolder(run, 5));
    expect(await refusal()).toBe(`${at('training-state.safetensors')}: expected the state of step 5, got 6`);
  });

  test('a state that is none', async () => {
    renameSync(at('model.safetensors'), at('training-state.safetensors'));
    expect(await refusal()).toMatch(/training-state.safetensors: .*expected object, received null$/);
  });

  test('one without the weights that go with an average', async () => {
    expect(await refusal(true)).toBe(`${at('training-state.safetensors')}: expected 8 numbers of weights, got none`);
  });

  test('numbers that are not finite', async () => {
    const arrays = filled(1);
    arrays.second[7] = Number.NaN;
    await write(arrays, stateAfter(5, { attempt: 1 }));
    expect(await refusal()).toBe(`${at('training-state.safetensors')}: adam.second holds numbers that are not finite`);
  });

  test.each(['training-state.safetensors', 'model.safetensors'])('a damaged %s in one sentence', async (name) => {
    const whole = readFileSync(at(name));
    const refused = await survivesMutations([whole], (bytes) => {
      writeFileSync(at(name), bytes);
      return read(5);
    });
    // Of the state, most is text; changed numbers are numbers.
    expect(refused).toBeGreaterThan(1000);
  });
});
