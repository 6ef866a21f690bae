import { logMelL1, logMelL1Reference } from './log-mel-l1.ts';
import { logSpectralDistance } from './log-spectral-distance.ts';
import { melCepstralDistortion } from './mel-cepstral-distortion.ts';
import type { Metric, MetricName } from './metric.ts';
import { multiResolutionStft } from './multi-resolution-stft.ts';

/** Every metric a search can use; the first is the default. */
export const METRICS: Record<MetricName, Metric> = {
  'log-mel-l1': logMelL1,
  'log-mel-l1-reference': logMelL1Reference,
  'multi-resolution-stft': multiResolutionStft,
  'log-spectral-distance': logSpectralDistance,
  'mel-cepstral-distortion': melCepstralDistortion,
};

/** The names of METRICS, in its order. */
export const METRIC_NAMES = Object.keys(METRICS) as [MetricName, ...MetricName[]];

export type { Distance, Metric, MetricName } from './metric.ts';
