import type { Clamp } from '../schedule/noise-schedule.ts';
import { type Precision, type ProcessConstants, processConstants } from './process.ts';

/** The network: signal y_n [batch, samples], mels [batch, n_mels, frames], noiseLevels ℓ_n [batch] → ε̂ [batch, samples]. */
export type PredictNoise = (input: {
  readonly signal: Float32Array;
  readonly mels: Float32Array;
  readonly noiseLevels: Float32Array;
  readonly batch: number;
}) => Promise<Float32Array>;

export interface SampleOptions {
  readonly predictNoise: PredictNoise;
  /** β_1 … β_N, each in (0, 1). */
  readonly betas: ArrayLike<number>;
  /** [batch, n_mels, frames], as the model was trained on. */
  readonly mels: Float32Array;
  readonly batch: number;
  /** Samples a row, frames · hop. */
  readonly samples: number;
  /**
   * Gives standard normal noise [batch, samples]: for k = 0 the start of sampling, for k ≥ 1 what is added after the k-th reverse
   * step, counted from the noisiest level. What it returns is only read.
   */
  readonly noise: (k: number) => Float32Array;
  /** What is held to [−1, 1] at each step: ŷ0 (x0, the default), y_{n−1} (state) or nothing (none). */
  readonly clamp?: Clamp;
  /** Default float64. */
  readonly precision?: Precision;
  /** Told after each step, with the state y_{N−k} [batch, samples], which later steps overwrite. */
  readonly onStep?: (progress: { readonly k: number; readonly of: number; readonly state: Float32Array }) => void;
  /** Asked before each step; once it says true, sampling ends and gives undefined. */
  readonly isCancelled?: () => boolean;
}

export interface ReverseStep {
  readonly constants: ProcessConstants;
  /** n − 1. */
  readonly i: number;
  /** ε̂(y_n). */
  readonly predicted: Float32Array;
  /** Standard normal noise that is added; none in the last step, n = 1. */
  readonly added: Float32Array | undefined;
  readonly clamp: Clamp;
}

/**
 * Denoises from pure noise to speech, [batch, samples], in as many network evaluations as there are betas (WaveGrad, algorithm 2,
 * with the posterior variance). Undefined where it was cancelled.
 */
export function sample(options: SampleOptions & { readonly isCancelled?: undefined }): Promise<Float32Array>;
export function sample(options: SampleOptions): Promise<Float32Array | undefined>;
export async function sample(options: SampleOptions): Promise<Float32Array | undefined> {
  const { predictNoise, betas, mels, batch, samples, noise, clamp = 'x0', precision = 'float64' } = options;
  const constants = processConstants(betas, precision);
  const steps = betas.length;
  const state = Float32Array.from(noise(0));
  if (state.length !== batch * samples) {
    throw new RangeError(`sample: ${batch * samples} numbers of starting noise were expected, got ${state.length}`);
  }
  const noiseLevels = new Float32Array(batch);
  for (let k = 1; k <= steps; k++) {
    if (options.isCancelled?.()) return undefined;
    const i = steps - k;
    noiseLevels.fill(constants.noiseLevels[i]!);
    const predicted = await predictNoise({ signal: state, mels, noiseLevels, batch });
    reverseStep({ constants, i, predicted, added: i === 0 ? undefined : noise(k), clamp }, state);
    options.onStep?.({ k, of: steps, state });
  }
  return state;
}

/** One reverse step but for the network: takes a state y_n to y_{n−1} in place. */
export function reverseStep(step: ReverseStep, state: Float32Array): void {
  const { constants, i, predicted, added, clamp } = step;
  const signalGain = constants.signalGain[i]!;
  const noiseGain = constants.noiseGain[i]!;
  const meanFromClean = constants.meanFromClean[i]!;
  const meanFromState = constants.meanFromState[i]!;
  const deviation = added === undefined ? 0 : Math.exp(0.5 * constants.logVariance[i]!);
  for (let t = 0; t < state.length; t++) {
    let clean = signalGain * state[t]! - noiseGain * predicted[t]!;
    if (clamp === 'x0') clean = clean > 1 ? 1 : clean < -1 ? -1 : clean;
    let next = meanFromClean * clean + meanFromState * state[t]!;
    if (added !== undefined) next += deviation * added[t]!;
    if (clamp === 'state') next = next > 1 ? 1 : next < -1 ? -1 : next;
    state[t] = next;
  }
}
