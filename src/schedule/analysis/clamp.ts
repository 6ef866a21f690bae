import type { Clamp, NoiseSchedule } from '../noise-schedule.ts';
import { erfc } from './erfc.ts';

/** Root mean square of speech at −23 dB below full scale, the level that EBU R 128 asks of programmes. */
export const SPEECH_RMS = 10 ** (-23 / 20);

/** What a clamp makes of level n. */
export interface ClampedLevel {
  readonly n: number;
  /** ℓ_n, what the network is told. */
  readonly level: number;
  /** σ_n, the noise that goes with that level. */
  readonly sigma: number;
  /** Share of the samples of y_n that the clamp cuts, 0 to 1. */
  readonly cut: number;
  /** By how much the clamp scales the signal in y_n, 0 to 1 (Bussgang 1952): the level that is really there is its product with ℓ_n. */
  readonly gain: number;
  /** The noise that is really there, beside a signal of unit scale: what the cut took from the noise and added as distortion. */
  readonly sigmaThere: number;
}

/**
 * What the levels of a schedule would be under a clamp, n = 1 … N.
 *
 * 'x0' holds the estimate of the clean signal, and 'none' nothing: their states keep the levels of the schedule. 'state' cuts y_n to
 * [−1, 1] after each step; with a signal of Gaussian samples y_n is Gaussian of variance v = ℓ_n² rms² + 1 − ℓ_n², of which the clamp cuts
 * the share erfc(1/√(2v)) and keeps the gain erf(1/√(2v)). y_N, the start of sampling, is not clamped. Each level is taken by itself,
 * as if the steps before it had been exact; speech, whose samples are mostly smaller than Gaussian ones and now and then far larger, is
 * cut a little otherwise where there is little noise.
 *
 * @param rms root mean square of the signal, above 0. Default: speech at −23 dB below full scale, 0.0708.
 */
export function underClamp(schedule: NoiseSchedule, clamp: Clamp, rms = SPEECH_RMS): ClampedLevel[] {
  const { levels, sigmas, length } = schedule;
  return levels.map((level, i) => {
    const n = i + 1;
    const sigma = sigmas[i]!;
    if (clamp !== 'state' || n === length) return { n, level, sigma, cut: 0, gain: 1, sigmaThere: sigma };
    return { n, level, sigma, ...clampedState(level, sigma, rms) };
  });
}

function clampedState(level: number, sigma: number, rms: number): Pick<ClampedLevel, 'cut' | 'gain' | 'sigmaThere'> {
  const noise = (level * sigma) ** 2;
  const variance = (level * rms) ** 2 + noise;
  const deviation = Math.sqrt(variance);
  const cut = erfc(1 / (deviation * Math.SQRT2));
  const gain = 1 - cut;
  // The variance of a clamped Gaussian is v·(erf(a) − sqrt(2/π)/s·e^(−a²)) + erfc(a), a = 1/(s√2); this is what it lacks to v.
  const lost = variance * cut + deviation * Math.sqrt(2 / Math.PI) * Math.exp(-0.5 / variance) - cut;
  // Clamped variance − (gain·ℓ·rms)², arranged so that little noise beside much signal does not cancel.
  const there = variance * cut * (1 + gain) + gain * gain * noise - lost;
  return { cut, gain, sigmaThere: Math.sqrt(there) / (gain * level) };
}
