import type { PullBackNoise } from '../model/pullback.ts';
import type { Clamp } from '../schedule/noise-schedule.ts';
import type { ProcessConstants } from './process.ts';

/**
 * In ln σ. On a trained network, exact derivatives of noisy levels are up to a hundred times what steps of 0.1 find, and of either sign; averaged over this, what
 * they say agrees with such steps where these tell more than noise, and a descent gained five times as much.
 */
const LEVEL_SPREAD = 0.1;

/** What the network was asked at one step, and what it said. */
export interface Asked {
  /** y_n, [batch, samples]. */
  readonly signal: Float32Array;
  /** ε̂(y_n), [batch, samples]. */
  readonly predicted: Float32Array;
}

/** One sampling that was done, and what came of it. */
export interface Sampled {
  readonly constants: ProcessConstants;
  /** [batch, n_mels, frames]. */
  readonly mels: Float32Array;
  readonly batch: number;
  /** As `sample` takes it; only what was added after steps, k ≥ 1, is asked for. */
  readonly noise: (k: number) => Float32Array;
  readonly clamp: Clamp;
  /** Index n − 1 holds step n. */
  readonly asked: readonly Asked[];
  /** y_0, [batch, samples]. */
  readonly output: Float32Array;
  /** The score's derivative by each sample of the output, [batch, samples]. */
  readonly byOutput: ArrayLike<number>;
}

/**
 * The gradient of a score by ln σ_1 … ln σ_N, summed over the batch: back through the sampler, step by step, each level with all that it
 * enters (the network's two inputs, ŷ0, the posterior's mean and deviation of two steps). 0 through what was clamped; with the derivatives of the
 * constants in exact arithmetic, however they were rounded. One pullback a step, and no more memory than a few states.
 *
 * @param levelSpread what `PullBackNoise` says of it; 0 for the exact gradient. Default 0.1
 */
export async function gradientByLevels(
  { constants, mels, batch, noise, clamp, asked, output, byOutput }: Sampled,
  pullBackNoise: PullBackNoise,
  levelSpread = LEVEL_SPREAD,
): Promise<number[]> {
  const steps = asked.length;
  const gradient = asked.map(() => 0);
  const byState = Float64Array.from(byOutput);
  const cotangent = new Float32Array(byState.length);
  for (let i = 0; i < steps; i++) {
    const { signal, predicted } = asked[i]!;
    const after = i === 0 ? output : asked[i - 1]!.signal;
    const added = i === 0 ? undefined : noise(steps - i);
    const [signalGain, noiseGain] = [constants.signalGain[i]!, constants.noiseGain[i]!];
    const [meanFromClean, meanFromState] = [constants.meanFromClean[i]!, constants.meanFromState[i]!];
    const oneMinus = 1 - constants.alphaBars[i]!;
    // The score's derivatives by the posterior's two weights and its deviation, and by ln σ_n through the two gains.
    const by = { meanFromClean: 0, meanFromState: 0, deviation: 0, gains: 0 };
    for (let t = 0; t < byState.length; t++) {
      const byAfter = clamp === 'state' && Math.abs(after[t]!) === 1 ? 0 : byState[t]!;
      const fromSignal = signalGain * signal[t]!;
      const fromNoise = noiseGain * predicted[t]!;
      const clean = fromSignal - fromNoise;
      const isHeld = clamp === 'x0' && Math.abs(clean) > 1;
      const byClean = isHeld ? 0 : meanFromClean * byAfter;
      by.meanFromClean += byAfter * (isHeld ? Math.sign(clean) : clean);
      by.meanFromState += byAfter * signal[t]!;
      if (added !== undefined) by.deviation += byAfter * added[t]!;
      by.gains += byClean * (oneMinus * fromSignal - fromNoise);
      cotangent[t] = -noiseGain * byClean;
      byState[t] = meanFromState * byAfter + signalGain * byClean;
    }
    const level = constants.noiseLevels[i]!;
    const noiseLevels = new Float32Array(batch).fill(level);
    const { bySignal, byNoiseLevels } = await pullBackNoise({
      signal,
      mels,
      noiseLevels,
      batch,
      cotangent,
      levelSpread,
    });
    for (let t = 0; t < byState.length; t++) byState[t]! += bySignal[t]!;
    const byLevel = byNoiseLevels.reduce((sum, value) => sum + value, 0);
    gradient[i]! += by.gains - byLevel * level * oneMinus;
    if (i === 0) continue;
    const { own, before } = posteriorDerivatives(constants, i);
    for (const constant of ['meanFromClean', 'meanFromState', 'deviation'] as const) {
      gradient[i]! += by[constant] * own[constant];
      gradient[i - 1]! += by[constant] * before[constant];
    }
  }
  return gradient;
}

interface PosteriorDerivatives {
  readonly meanFromClean: number;
  readonly meanFromState: number;
  readonly deviation: number;
}

/**
 * How the posterior of step n ≥ 2 depends on ln σ_n (own) and ln σ_{n−1} (before). By σ it is y_{n−1} = ℓ_{n−1} ((1 − r) ŷ0 + r y_n / ℓ_n +
 * sqrt(1 − r) σ_{n−1} z), with r = (σ_{n−1} / σ_n)², and d ln ℓ / d ln σ = −(1 − ᾱ).
 */
function posteriorDerivatives(
  { alphaBars, noiseLevels, noiseGain }: ProcessConstants,
  i: number,
): { readonly own: PosteriorDerivatives; readonly before: PosteriorDerivatives } {
  const [level, levelBefore] = [noiseLevels[i]!, noiseLevels[i - 1]!];
  const [oneMinus, oneMinusBefore] = [1 - alphaBars[i]!, 1 - alphaBars[i - 1]!];
  const r = (noiseGain[i - 1]! / noiseGain[i]!) ** 2;
  const meanFromClean = (1 - r) * levelBefore;
  const meanFromState = (r * levelBefore) / level;
  const deviation = Math.sqrt(1 - r) * noiseGain[i - 1]! * levelBefore;
  return {
    own: {
      meanFromClean: 2 * r * levelBefore,
      meanFromState: (oneMinus - 2) * meanFromState,
      deviation: (r / (1 - r)) * deviation,
    },
    before: {
      meanFromClean: -2 * r * levelBefore - oneMinusBefore * meanFromClean,
      meanFromState: (2 - oneMinusBefore) * meanFromState,
      deviation: (1 - oneMinusBefore - r / (1 - r)) * deviation,
    },
  };
}
