import { describe, expect, it } from 'vitest';
import { agreementSentence } from '../../src/report/agreement.ts';
import { metricsAt } from './example-study.ts';

describe('agreementSentence', () => {
  it('names the metrics that prefer each schedule where they disagree', () => {
    const found = { name: 'found-6', metrics: metricsAt(1, { 'mel-cepstral-distortion': 3 }) };
    const preset = { name: 'lmnt-6', metrics: metricsAt(2) };
    expect(agreementSentence([found, preset], 'both')).toBe(
      'The metrics disagree on both: log-mel-l1, log-mel-l1-reference, multi-resolution-stft and log-spectral-distance ' +
        'prefer found-6; mel-cepstral-distortion prefers lmnt-6.',
    );
  });

  it('says where only the order behind the first differs', () => {
    const first = { name: 'a', metrics: metricsAt(1) };
    const second = { name: 'b', metrics: metricsAt(2, { 'log-mel-l1': 4 }) };
    const third = { name: 'c', metrics: metricsAt(3) };
    expect(agreementSentence([first, second, third], 'them')).toMatch(
      /^All 5 metrics prefer a among them; .*differently/,
    );
  });

  it('says that all agree, a schedule without a score being last', () => {
    const failed = { name: 'a', metrics: metricsAt(Number.NaN) };
    const other = { name: 'b', metrics: metricsAt(2) };
    expect(agreementSentence([failed, other], 'both')).toBe('All 5 metrics rank both in the same order, b first.');
  });
});
