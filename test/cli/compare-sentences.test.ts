import { describe, expect, test } from 'vitest';
import { METRIC_NAMES, type MetricName } from '../../src/audio/distances/index.ts';
import { agreementSentences, bestSentences, type NamedHeard } from '../../src/cli/compare-sentences.ts';

type Distances = readonly number[];

/** A schedule with these distances by every metric but those that say otherwise. */
function heard(name: string, byClip: Distances, others: Partial<Record<MetricName, Distances>> = {}, steps = 6) {
  const rows = METRIC_NAMES.map((metric) => [metric, others[metric] ?? byClip]);
  return { name, steps, nfe: steps, byClip: Object.fromEntries(rows) as NamedHeard['byClip'] };
}

const best = heard('best', [1, 2, 3]);
// Behind by 0.9, 1 and 1.1.
const apart = heard('apart', [1.9, 3, 4.1]);
const far = heard('far', [2.9, 4, 5.1]);
// Behind by −1, 1 and 1.2: 0.4 ± sqrt(2.96 / 6) = 0.7024.
const tied = heard('tied', [0, 3, 4.2]);
const failed = heard('failed', [Number.NaN, 1, 1]);

describe('bestSentences', () => {
  test.each([
    [
      [apart, best],
      ['best is best by log-mel-l1, 2.0000: better than apart by 1.0000 ± 0.0577, beyond two standard errors.'],
    ],
    [
      [far, best, apart],
      [
        'best is best by log-mel-l1, 2.0000: better than apart, the next, by 1.0000 ± 0.0577, and than the others, all beyond two standard errors.',
      ],
    ],
    [
      [apart, tied, best],
      [
        'best has the lowest log-mel-l1, 2.0000, but is not told apart from tied (0.4000 ± 0.7024 more): within two standard errors.',
        'It is better than apart beyond two standard errors.',
      ],
    ],
    [
      [failed, best],
      [
        'best has the lowest log-mel-l1, 2.0000, and is the only one with a finite score.',
        'failed gave no finite score.',
      ],
    ],
    [
      [heard('b', [2]), heard('a', [1])],
      ['a has the lowest log-mel-l1, 1.0000; with one clip nothing says how sure that is.'],
    ],
  ])('%j', (all, sentences) => {
    expect(bestSentences(all, 'log-mel-l1')).toEqual(sentences);
  });

  test('names a shorter schedule that is as good', () => {
    const long = heard('long', [1, 2, 3], {}, 12);
    const short = heard('short', [0, 3, 4.2], {}, 4);
    expect(bestSentences([long, short, tied], 'log-mel-l1').at(-1)).toBe('short takes 4 steps, where long takes 12.');
    expect(bestSentences([best, tied], 'log-mel-l1')).toHaveLength(1);
  });

  test('gives a metric its unit', () => {
    expect(bestSentences([best, apart], 'log-spectral-distance')[0]).toContain(
      '2.0000 dB: better than apart by 1.0000 ± 0.0577 dB',
    );
  });
});

describe('agreementSentences', () => {
  test('where the metrics agree, is one sentence', () => {
    expect(agreementSentences([apart, best], 'log-mel-l1')).toEqual([
      `All ${METRIC_NAMES.length} metrics rank these schedules in the same order, best first.`,
    ]);
  });

  test('where they do not, says of each that prefers another whether that is noise', () => {
    const all = [
      heard('a', [1, 2, 3], { 'log-spectral-distance': [1.9, 3, 4.1], 'multi-resolution-stft': [0, 3, 4.2] }),
      heard('b', [1.5, 2.5, 3.5], { 'log-spectral-distance': [1, 2, 3], 'multi-resolution-stft': [1, 2, 3] }),
    ];
    expect(agreementSentences(all, 'log-mel-l1')).toEqual([
      expect.stringMatching(/^The metrics disagree on these schedules: log-mel-l1, .* prefer a; .* prefer b\.$/),
      'By multi-resolution-stft, b is better than a by 0.4000 ± 0.7024, within two standard errors.',
      'By log-spectral-distance, b is better than a by 1.0000 ± 0.0577 dB, beyond two standard errors.',
    ]);
  });
});
