import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { readResult, readTask, writeResult } from '../../src/search/queue-messages.ts';
import type { WorkerResult, WorkerTask } from '../../src/search/worker.ts';

const COUNTS = { scoring: 3, heldout: 2, samples: 4 };
const BETAS = [1e-6, 0.1 + 0.2, 0.9999999999999999];

const TASK = {
  kind: 'jobs',
  jobs: [
    { kind: 'evaluation', betas: BETAS, set: 'scoring', purpose: 'scoring', replicate: 0, metrics: ['log-mel-l1'] },
    {
      kind: 'evaluation',
      betas: BETAS,
      set: 'heldout',
      purpose: 'verification',
      replicate: 1,
      metrics: ['log-mel-l1'],
      clips: [0, 1],
      audible: true,
    },
    { kind: 'clean-error', sigma: 0.5 },
    { kind: 'score-gradient', betas: BETAS, replicate: 0 },
  ],
} as const satisfies WorkerTask;

const numbers = { nfe: 3, seconds: 0.25 };
const RESULT = {
  kind: 'jobs',
  worker: 3,
  results: [
    {
      kind: 'evaluation',
      distances: { 'log-mel-l1': [0.1 + 0.2, Number.NaN, 1e-300] },
      networkSeconds: 0.2,
      ...numbers,
    },
    {
      kind: 'evaluation',
      distances: { 'log-mel-l1': [1] },
      signals: [Float32Array.of(0.1, -0, 1e-30, -1)],
      networkSeconds: 0.2,
      ...numbers,
    },
    { kind: 'clean-error', errors: [1, 2, 3], ...numbers },
    { kind: 'score-gradient', gradient: [1, 2, 3], ...numbers },
  ],
} as const satisfies WorkerResult;

const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
const read = (data: unknown) => readResult(data, TASK, COUNTS, 'here');

describe('messages of a queue', () => {
  test('come as they were sent, to the bit', () => {
    expect(readTask(sent(TASK), 'here')).toEqual(TASK);
    expect(read(sent(writeResult(RESULT)))).toEqual(RESULT);
    expect(readTask({ kind: 'time' }, 'here')).toEqual({ kind: 'time' });
    const bad = { kind: 'bad-input', message: 'no model' } as const;
    expect(read(writeResult(bad))).toEqual(bad);
  });

  type Changed = { results: Record<string, unknown>[] };
  test.each<[string, (result: Changed) => void, string]>([
    ['a missing result', ({ results }) => results.pop(), '4 results were expected, got 3'],
    ['another kind', ({ results }) => results.reverse(), 'results.0: evaluation was expected, got score-gradient'],
    [
      'too few clips',
      ({ results }) => Object.assign(results[0]!, { distances: { 'log-mel-l1': [1, 2] } }),
      'results.0: log-mel-l1 of 3 clips was expected, got 2',
    ],
    [
      'another metric',
      ({ results }) => Object.assign(results[0]!, { distances: { 'log-mel-l1-reference': [1, 2, 3] } }),
      'results.0: log-mel-l1 of 3 clips was expected, got none',
    ],
    ['no signals', ({ results }) => delete results[1]!.signals, 'results.1: 1 signals were expected, got none'],
    [
      'a short signal',
      ({ results }) => Object.assign(results[1]!, { signals: ['AAAA'] }),
      'results.1: signals of 4 samples were expected, got 3 bytes',
    ],
    [
      'an error',
      ({ results }) => Object.assign(results[2]!, { errors: [1] }),
      'results.2: 3 errors were expected, got 1',
    ],
    [
      'a gradient',
      ({ results }) => Object.assign(results[3]!, { gradient: [1] }),
      'results.3: a gradient by 3 levels was expected, got 1',
    ],
    ['a text for a number', ({ results }) => Object.assign(results[3]!, { nfe: '3' }), 'results.3.nfe: Invalid input'],
    ['something unknown', ({ results }) => Object.assign(results[3]!, { more: 1 }), 'Unrecognized key: "more"'],
  ])('that do not fit are refused: %s', (_, change, sentence) => {
    const result = sent(writeResult(RESULT)) as Changed;
    change(result);
    expect(() => read(result)).toThrow(InputError);
    expect(() => read(result)).toThrow(sentence);
    expect(() => read(result)).toThrow(/^here: /);
  });

  test('that are anything else are refused in one line', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (data) => {
        for (const take of [() => readTask(data, 'here'), () => read(data)]) {
          expect(take).toThrow(InputError);
          expect(take).toThrow(/^here: [^\n]*$/);
        }
      }),
    );
  });
});
