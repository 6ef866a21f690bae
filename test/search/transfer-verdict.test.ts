import { expect, test } from 'vitest';
import { type Rival, transferVerdict } from '../../src/search/transfer-verdict.ts';

const OWN = { mean: 1, standardError: 0.1 };

function rival(name: string, behind: number, standardError: number): Rival {
  return { name, score: { mean: 1 + behind, standardError: 0.1 }, behind: { mean: behind, standardError } };
}

test.each([
  ['better than both', [rival('a', 0.3, 0.1), rival('b', 0.25, 0.1)], true, 'b'],
  ['worse than the best by more than two', [rival('a', 0.3, 0.1), rival('b', -0.25, 0.1)], false, 'b'],
  ['worse than the best by less', [rival('a', 0.3, 0.1), rival('b', -0.15, 0.1)], null, 'b'],
  ['better than the best by less', [rival('a', 0.3, 0.1), rival('b', 0.15, 0.1)], null, 'b'],
  ['better than the best, but by less than another', [rival('a', 0.3, 0.2), rival('b', 0.25, 0.1)], null, 'b'],
  [
    'worse than one by more than two, and than a better one by less',
    [rival('a', -0.2, 0.2), rival('b', -0.1, 0.01)],
    false,
    'b',
  ],
  ['on one clip', [rival('a', 0.3, Number.NaN)], null, 'a'],
  ['on one clip, and worse', [rival('a', -0.3, Number.NaN)], null, 'a'],
  ['beside one that failed', [rival('a', 0.3, 0.1), rival('b', Number.NaN, Number.NaN)], true, 'a'],
  ['beside none that did not fail', [rival('a', Number.NaN, Number.NaN)], true, undefined],
])('%s', (_, rivals, holds, best) => {
  const verdict = transferVerdict(OWN, rivals);
  expect([verdict.holds, verdict.best?.name]).toEqual([holds, best]);
});

test('a schedule without a finite score does not hold where another has one', () => {
  const failed = { mean: Number.NaN, standardError: Number.NaN };
  const [a, b] = [rival('a', 0, 0), rival('b', Number.NaN, Number.NaN)];
  expect(transferVerdict(failed, [a])).toEqual({ holds: false, best: a });
  expect(transferVerdict(failed, [b])).toEqual({ holds: null, best: undefined });
});
