import { expect, test } from 'vitest';
import type { JournalEvaluation } from '../../src/search/journal.ts';
import { knownEvaluations } from '../../src/search/known-evaluations.ts';

const base = { type: 'evaluation', nfe: 6, seconds: 1, worker: 1, start: 0, end: 1, distances: {} } as const;
const entry = (changes: Partial<JournalEvaluation>): JournalEvaluation => {
  return { ...base, phase: 'search', betas: [0.1, 0.2], replicate: 0, ...changes };
};

test('an evaluation is found by its phase, draw, clips, network and betas, and one of a trial once', () => {
  const all = [
    entry({ trial: 1, clips: [0, 1] }),
    entry({ trial: 1, clips: [1, 6] }),
    entry({ trial: 1, clips: [0, 1], coarse: true }),
    entry({ trial: 2, clips: [0, 1], replicate: 1 }),
    entry({ trial: 3, betas: [0.1, 0.3], clips: [0, 1] }),
    entry({ phase: 'ranking' }),
  ];
  const known = knownEvaluations(all);
  const take = (wanted: JournalEvaluation) => known.schedule(wanted.betas).take(wanted);
  expect(known.count).toBe(6);
  for (const one of all) expect(take(one)).toBe(one);
  expect(all.map(take)).toEqual([...Array(5).fill(undefined), all[5]]);
  expect(take(entry({ phase: 'verification' }))).toBeUndefined();
  expect(take(entry({ betas: [0.1] }))).toBeUndefined();
});

test('of two of a kind the later one is given first', () => {
  const twice = [entry({ trial: 1, seconds: 1 }), entry({ trial: 1, seconds: 2 })];
  expect(knownEvaluations(twice).schedule([0.1, 0.2]).take(entry({}))).toBe(twice[1]);
});

test('those of a schedule are together, in the order in which they were made', () => {
  const all = [entry({ trial: 1 }), entry({ trial: 2, betas: [0.3, 0.4] }), entry({ trial: 1, replicate: 1 })];
  const known = knownEvaluations(all);
  expect([...known.schedules()].map(({ hearings }) => hearings)).toEqual([[all[0], all[2]], [all[1]]]);
  expect(known.schedule([0.1, 0.2])).toBe([...known.schedules()][0]);
});
