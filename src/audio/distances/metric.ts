import { InputError } from '../../formats/input-error.ts';
import type { MelConfig } from '../mel.ts';

export type MetricName =
  | 'log-mel-l1'
  | 'log-mel-l1-reference'
  | 'multi-resolution-stft'
  | 'log-spectral-distance'
  | 'mel-cepstral-distortion';

/** How far a signal is from the one it should be. */
export interface Metric {
  name: MetricName;
  /** What one unit of the distance is, such as "dB"; empty where it has none. */
  unit: string;
  /** One sentence for people: what is measured, and whose definition it is. */
  describe: string;
  /**
   * Analyses the target once and returns the distance of candidates of its length: 0 or more, lower is better, and not
   * finite where the candidate is not. The function is not re-entrant and allocates little.
   *
   * @param target mono, at config.sample_rate
   * @throws InputError if the target is too short to be analysed; the function, if a candidate's length differs
   */
  prepare(target: Float32Array, config: MelConfig): Distance;
}

export type Distance = (candidate: Float32Array) => number;

/** The least power that counts, for spectra and mels of unnormalised frames: about 98 dB below a full-scale sine. */
export const POWER_FLOOR = 1e-5;

/** @throws InputError if the candidate's length is not the target's */
export function checkLength(target: Float32Array, candidate: Float32Array): void {
  if (candidate.length !== target.length) {
    throw new InputError(`candidate: expected ${target.length} samples, as the target has, got ${candidate.length}`);
  }
}
