import { createMemory, type TrainingMemory } from '../../src/training/memory.ts';
import type { ParameterLayout } from '../../src/training/parameters.ts';
import type { RunState } from '../../src/training/run-state.ts';
import { FRAMES, SAMPLES } from './tiny-training.ts';

/** The state of a run after so many steps. */
export function stateAfter(step: number, more: Partial<RunState> = {}): RunState {
  return {
    version: 1,
    step,
    attempt: 0,
    recoveries: [],
    learningRateScale: 1,
    lowest: 0.25,
    lossScale: [65536, 12],
    recentLosses: [0.5, 0.25],
    lossSum: 0.75,
    lossCount: 2,
    seconds: 12.5,
    waited: 0.125,
    jobs: 2,
    threads: 1,
    recordings: 'abc',
    tests: [],
    ...more,
  };
}

/** Memory for the arrays of a checkpoint, with or without an average. */
export function checkpointMemory({ length }: ParameterLayout, averaged: boolean): TrainingMemory {
  return createMemory({ parameters: length, rows: 1, samples: SAMPLES, frames: FRAMES, nMels: 80 }, 1, averaged);
}
