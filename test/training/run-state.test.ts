import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { checkData } from '../../src/formats/json.ts';
import { bestTest, runState } from '../../src/training/run-state.ts';
import { stateAfter } from './run-states.ts';

const tested = (step: number, validationLoss: number) => ({ step, seconds: step, trainingLoss: 1, validationLoss });

describe('bestTest', () => {
  test('is the first with the lowest loss, and none that is not finite', () => {
    const tests = [tested(1, Number.NaN), tested(2, 0.5), tested(3, 0.25), tested(4, 0.25), tested(5, Number.NaN)];
    expect(bestTest({ tests })?.step).toBe(3);
    expect(bestTest({ tests: [tested(1, Number.NaN), tested(2, Number.POSITIVE_INFINITY)] })).toBeUndefined();
    expect(bestTest({ tests: [] })).toBeUndefined();
  });
});

describe('a state', () => {
  const read = (state: unknown) => checkData(JSON.parse(JSON.stringify(state)), runState, 'state');

  test('of every version that there was still opens', () => {
    const path = fileURLToPath(new URL('../fixtures/run-state-1.json', import.meta.url));
    const state = checkData(JSON.parse(readFileSync(path, 'utf8')), runState, path);
    expect(state).toMatchObject({ version: 1, step: 8, lowest: Number.NaN, lossScale: [65_536, 0] });
    expect(bestTest(state)).toMatchObject({ step: 8, validationLoss: 1.9223937332662142 });
  });

  test('comes back from JSON, what is not finite as NaN', () => {
    const recoveries = [{ step: 9, backTo: 5, learningRateScale: 0.5 }];
    const recentLosses = [0.5, Number.NaN];
    const state = stateAfter(5, { lowest: Number.NaN, recentLosses, recoveries, tests: [tested(5, Number.NaN)] });
    expect(read(state)).toEqual(state);
    const { lowest } = read(stateAfter(5, { lowest: Number.POSITIVE_INFINITY }));
    expect(lowest).toBeNaN();
  });

  test.each([
    [{ version: 2 }, 'version'],
    [{ step: -1 }, 'step'],
    [{ step: 1.5 }, 'step'],
    [{ recentLosses: ['1'] }, 'recentLosses.0'],
    [{ learningRateScale: 0 }, 'learningRateScale'],
    [{ tests: [{ step: 1 }] }, 'tests.0.seconds'],
  ])('with %j is refused by the field', (fields, field) => {
    expect(() => read({ ...stateAfter(5), ...fields })).toThrow(InputError);
    expect(() => read({ ...stateAfter(5), ...fields })).toThrow(`state: ${field}: `);
  });
});
