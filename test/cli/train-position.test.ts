import { describe, expect, test } from 'vitest';
import { positionOf } from '../../src/cli/train-position.ts';
import type { TrainingPlan } from '../../src/training/plan.ts';
import { tinyPlan } from '../training/tiny-plan.ts';

const PACE = { step: 0.5, test: 10 };

const at = (plan: Partial<TrainingPlan>, step: number, seconds: number, pace: object = PACE, fields = {}) =>
  positionOf(tinyPlan('run', fields, { stepsPerEpoch: 50, testEvery: 100, ...plan }), { step, seconds }, pace);

describe('with --steps', () => {
  test('the rest of the steps and of the tests, the last of which is at the end', () => {
    // 190 steps, and tests after 100 and 200.
    expect(at({ mostSteps: 200 }, 10, 0)).toEqual({ share: 0.05, secondsLeft: 190 * 0.5 + 2 * 10 });
    // 240 steps, and tests after 100, 200 and 250.
    expect(at({ mostSteps: 250 }, 10, 0)).toEqual({ share: 0.04, secondsLeft: 240 * 0.5 + 3 * 10 });
    expect(at({ mostSteps: 200 }, 100, 0).secondsLeft).toBe(100 * 0.5 + 10);
  });

  test('before a test, the steps alone; before steps, nothing', () => {
    expect(at({ mostSteps: 200 }, 10, 0, { step: 0.5 }).secondsLeft).toBe(95);
    expect(at({ mostSteps: 200 }, 10, 0, {})).toEqual({ share: 0.05, secondsLeft: undefined });
  });
});

test('with --minutes, the rest of the time', () => {
  expect(at({ mostSeconds: 120 }, 10, 30, {})).toEqual({ share: 0.25, secondsLeft: 90 });
  expect(at({ mostSeconds: 120 }, 10, 130)).toEqual({ share: 1, secondsLeft: 0 });
});

test('with both, what comes first', () => {
  const both = { mostSeconds: 120, mostSteps: 200 };
  // 20 steps and a test are 20 s; of the time 90 s are left.
  expect(at(both, 180, 30)).toEqual({ share: 0.9, secondsLeft: 20 });
  expect(at(both, 10, 30)).toEqual({ share: 0.25, secondsLeft: 90 });
});

test('with an n_epoch below the reference’s, to its end', () => {
  // 3 epochs of 50 steps, and tests after 100 and 150.
  expect(at({}, 75, 0, PACE, { n_epoch: 3 })).toEqual({ share: 0.5, secondsLeft: 75 * 0.5 + 2 * 10 });
  expect(at({ mostSteps: 1000 }, 75, 0, PACE, { n_epoch: 3 }).share).toBe(0.5);
});

test('without an end, to that of the epoch', () => {
  expect(at({}, 60, 0)).toEqual({ share: 0.2, secondsLeft: 20 });
  // With two tests in it: after 60 and 80 steps.
  expect(at({ testEvery: 20 }, 55, 0)).toEqual({ share: 0.1, secondsLeft: 45 * 0.5 + 2 * 10 });
});
