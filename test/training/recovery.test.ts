import { describe, expect, test } from 'vitest';
import {
  afterRecovery,
  isGivenUp,
  lastTestStep,
  recoverySentence,
  stepToGoBackTo,
} from '../../src/training/recovery.ts';
import type { RunState, TestResult } from '../../src/training/run-state.ts';
import { stateAfter } from './run-states.ts';

const NO_STATE = stateAfter(0);

const tested = (step: number, validationLoss: number): TestResult => ({
  step,
  seconds: 0,
  trainingLoss: 0,
  validationLoss,
});
const recovered = (step: number, backTo: number) => ({ step, backTo, learningRateScale: 0.5 });

describe('where a run goes back to', () => {
  // Test after every 100 steps; 110, 150 and 220 were made when some minutes had passed.
  const checkpoints = [100, 110, 150, 200, 220];
  const at = (step: number, more: Partial<RunState> = {}) =>
    stepToGoBackTo({ ...NO_STATE, step, ...more }, checkpoints, 100);

  test('is the last test by schedule, whatever other checkpoints there are', () => {
    expect([at(190), at(230)]).toEqual([100, 200]);
    // The first step after a test, and the one before the next.
    expect([at(201), at(200)]).toEqual([200, 100]);
  });

  test('is the best test where it has gone back to the last one before', () => {
    const tests = [tested(100, 0.1), tested(200, 0.2)];
    expect(at(230, { tests })).toBe(200);
    expect(at(230, { tests, recoveries: [recovered(240, 200)] })).toBe(100);
    expect(at(230, { tests: [tested(200, 0.2)], recoveries: [recovered(240, 200)] })).toBe(200);
  });

  test('is not one of a test at the end of a session, which a run that is not stopped does not make', () => {
    const tests = [tested(100, 0.2), tested(150, 0.1), tested(200, 0.3)];
    expect(at(230, { tests, recoveries: [recovered(240, 200)] })).toBe(100);
  });

  test('is the nearest one before where the interval between tests has changed, or the first there is', () => {
    expect(stepToGoBackTo({ ...NO_STATE, step: 230 }, checkpoints, 70)).toBe(200);
    expect(stepToGoBackTo({ ...NO_STATE, step: 30 }, checkpoints, 100)).toBe(100);
  });
});

test('the last test step is a whole number of intervals, none of them before the first', () => {
  expect([0, 99, 100, 101, 250].map((step) => lastTestStep(step, 100))).toEqual([0, 0, 100, 100, 200]);
});

const isGivenUpAt = (state: RunState) => isGivenUp(state, 100);

test('a run is given up at the fourth explosion, unless there was a better test since', () => {
  const recoveries = [recovered(120, 100), recovered(130, 100), recovered(140, 100)];
  expect(isGivenUpAt({ ...NO_STATE, recoveries: recoveries.slice(1) })).toBe(false);
  expect(isGivenUpAt({ ...NO_STATE, recoveries })).toBe(true);
  expect(isGivenUpAt({ ...NO_STATE, recoveries, tests: [tested(100, 0.2)] })).toBe(true);
  expect(isGivenUpAt({ ...NO_STATE, recoveries, tests: [tested(100, 0.2), tested(200, 0.3)] })).toBe(true);
  expect(isGivenUpAt({ ...NO_STATE, recoveries, tests: [tested(100, 0.2), tested(200, 0.1)] })).toBe(false);
  expect(isGivenUpAt({ ...NO_STATE, recoveries, tests: [tested(100, 0.2), tested(150, 0.1)] })).toBe(true);
});

test('after each recovery the learning rate is halved and the batches are others', () => {
  const earlier = { ...NO_STATE, step: 100, lossSum: 3 };
  const once = afterRecovery(earlier, { ...NO_STATE, step: 130, jobs: 2 });
  expect(once).toEqual({
    ...earlier,
    jobs: 2,
    attempt: 1,
    learningRateScale: 0.5,
    recoveries: [{ step: 130, backTo: 100, learningRateScale: 0.5 }],
  });
  const twice = afterRecovery(earlier, { ...once, step: 125 });
  expect([twice.attempt, twice.learningRateScale, twice.recoveries.length]).toEqual([2, 0.25, 2]);
  expect(recoverySentence(twice.recoveries[1]!)).toBe(
    'Step 125: the loss exploded, or it or its gradient was not finite; going on from the checkpoint of step 100 with other ' +
      'batches and 0.25 times the learning rate.',
  );
});
