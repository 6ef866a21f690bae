import { describe, expect, test } from 'vitest';
import { METRIC_NAMES, type MetricName } from '../../src/audio/distances/index.ts';
import { foundSentence, holdsSentence, otherMetricsSentences, ownSentence } from '../../src/cli/transfer-sentences.ts';
import { type Rival, type TransferVerdict, transferVerdict } from '../../src/search/transfer-verdict.ts';

function rival(name: string, behind: number, standardError = 0.1): Rival {
  return { name, score: { mean: 1 + behind, standardError: 0.1 }, behind: { mean: behind, standardError } };
}

const OWN = { mean: 1, standardError: 0.1 };
const FAILED = { mean: Number.NaN, standardError: Number.NaN };
const failed: Rival = { name: 'f', score: FAILED, behind: FAILED };

test.each([
  [
    [rival('a', 0.3), rival('b', 0.25)],
    'x holds here: it is better than all 2 published schedules of as many steps, b, the best of them, by 0.2500 ± 0.1000, beyond two standard errors.',
  ],
  [[rival('a', 0.3)], 'x holds here: it is better than a, by 0.3000 ± 0.1000, beyond two standard errors.'],
  [
    [rival('a', 0.3), rival('b', -0.25)],
    'x does not hold here: b is better by 0.2500 ± 0.1000, beyond two standard errors.',
  ],
  [
    [rival('a', 0.3), rival('c', 0.05), rival('b', -0.15), failed],
    'x holds here as far as these clips tell: it is 0.1500 ± 0.1000 worse than b and 0.0500 ± 0.1000 better than c, within two standard errors.',
  ],
  [[rival('a', 0.3, Number.NaN)], 'x is 0.3000 better than a here; with one clip nothing says how sure that is.'],
  [
    [rival('b', 0.4, Number.NaN), rival('a', 0.3, Number.NaN)],
    'x is 0.3000 better than a, the best of the published schedules here; with one clip nothing says how sure that is.',
  ],
  [[failed], 'x holds here: f gives no finite score.'],
  [
    [failed, { ...failed, name: 'g' }],
    'x holds here: none of the published schedules of as many steps gives a finite score.',
  ],
])('%j', (rivals, sentence) => {
  expect(holdsSentence('x', transferVerdict(OWN, rivals), rivals, 'log-mel-l1')).toBe(sentence);
});

test('a schedule that blows up does not hold', () => {
  const a: Rival = { ...rival('a', 0), behind: FAILED };
  expect(holdsSentence('x', transferVerdict(FAILED, [a]), [a], 'log-mel-l1')).toBe(
    'x does not hold here: it gives no finite score, and a does.',
  );
});

describe('what it was where it was found', () => {
  const study = { model: 'm.pt', clips: 6, metric: 'log-spectral-distance' } as const;

  test.each([
    [
      [rival('a', 0.3)],
      ', it was 0.3000 ± 0.1000 dB better than a, the best of its rivals there, beyond two standard errors.',
    ],
    [
      [rival('a', -0.1)],
      ', it was 0.1000 ± 0.1000 dB worse than a, the best of its rivals there, within two standard errors.',
    ],
    [[rival('a', 0.3, Number.NaN)], ', it was 0.3000 dB better than a, the best of its rivals there.'],
    [[], ', it was compared with nothing.'],
  ])('%j', (rivals, sentence) => {
    expect(foundSentence(transferVerdict(OWN, rivals), study)).toBe(
      `Where it was found, m.pt on 6 held-out clips${sentence}`,
    );
  });
});

test.each([
  [rival('best-6', -0.3), "The model's own best-6 is better than x by 0.3000 ± 0.1000, beyond two standard errors."],
  [rival('best-6', 0.3), "The model's own best-6 is worse than x by 0.3000 ± 0.1000, beyond two standard errors."],
  [
    rival('best-6', 0.1),
    "The model's own best-6 is not told apart from x, which is 0.1000 ± 0.1000 better than best-6.",
  ],
  [{ ...failed, name: 'best-6' }, "The model's own best-6 gives no finite score."],
  [{ ...rival('best-6', 0), behind: FAILED }, "The model's own best-6 gives a finite score, and x does not."],
])('%j', (own, sentence) => {
  expect(ownSentence('x', own, 'log-mel-l1')).toBe(sentence);
});

describe('other metrics', () => {
  const holds = transferVerdict(OWN, [rival('a', 0.3)]);
  const all = (changes: Partial<Record<MetricName, TransferVerdict>>) => {
    const rows = METRIC_NAMES.map((metric) => [metric, changes[metric] ?? holds]);
    return Object.fromEntries(rows) as Record<MetricName, TransferVerdict>;
  };

  test('that judge the same', () => {
    expect(otherMetricsSentences(all({}), 'log-mel-l1')).toEqual([`All ${METRIC_NAMES.length} metrics judge so.`]);
  });

  test('that do not', () => {
    const verdicts = all({
      'multi-resolution-stft': transferVerdict(OWN, [rival('b', -0.3)]),
      'mel-cepstral-distortion': transferVerdict(OWN, [rival('a', 0.1)]),
    });
    expect(otherMetricsSentences(verdicts, 'log-mel-l1')).toEqual([
      'The metrics disagree: by mel-cepstral-distortion it is within noise; by multi-resolution-stft it does not, b for one being better.',
    ]);
    expect(otherMetricsSentences(verdicts, 'multi-resolution-stft')[0]).toContain(
      'and log-spectral-distance it holds; by mel',
    );
  });
});
