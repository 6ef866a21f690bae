/** How the constants of the process are rounded: `float64` throughout, or `float32` as the reference's is. */
export const PRECISIONS = ['float64', 'float32'] as const;

export type Precision = (typeof PRECISIONS)[number];

/** What the reverse process needs at each step; index n − 1 holds step n, in the order of the betas. */
export interface ProcessConstants {
  /** ᾱ_n. */
  readonly alphaBars: Float64Array;
  /** ℓ_n = sqrt(ᾱ_n), what the network is told. */
  readonly noiseLevels: Float64Array;
  /** sqrt(1 / ᾱ_n), the weight of y_n in ŷ0. */
  readonly signalGain: Float64Array;
  /** sqrt(1 / ᾱ_n − 1), the weight of ε̂ in ŷ0. */
  readonly noiseGain: Float64Array;
  /** β_n sqrt(ᾱ_{n−1}) / (1 − ᾱ_n), the weight of ŷ0 in the posterior mean. */
  readonly meanFromClean: Float64Array;
  /** (1 − ᾱ_{n−1}) sqrt(α_n) / (1 − ᾱ_n), the weight of y_n in the posterior mean. */
  readonly meanFromState: Float64Array;
  /** Logarithm of the posterior variance β_n (1 − ᾱ_{n−1}) / (1 − ᾱ_n), floored at 1e-20. */
  readonly logVariance: Float64Array;
}

const VARIANCE_FLOOR = 1e-20;

/**
 * The constants of the reverse process for the betas β_1 … β_N (Ho et al. 2020, arXiv 2006.11239, equations 6 and 7, with the
 * noise levels of WaveGrad). In `float32` every operation is rounded in the order of ivanvovk/WaveGrad, whose 1 − ᾱ_1 is then a
 * multiple of 6e-8; `float64` keeps 1 − ᾱ exact to its last digits, by expm1 of the summed logarithms.
 *
 * @param logBits that the summed logarithms are rounded to in `float64`. With fewer than all 53, schedules that share a level have the same
 * number for it, bit for bit, whatever betas led there, and so the same constants between two levels they share
 */
export function processConstants(betas: ArrayLike<number>, precision: Precision, logBits = 53): ProcessConstants {
  const length = betas.length;
  const empty = () => new Float64Array(length);
  const constants = {
    alphaBars: empty(),
    noiseLevels: empty(),
    signalGain: empty(),
    noiseGain: empty(),
    meanFromClean: empty(),
    meanFromState: empty(),
    logVariance: empty(),
  };
  const round = precision === 'float32' ? Math.fround : (x: number) => x;
  const atLevels = precision === 'float64' && logBits < 53;
  let before = { alphaBar: 1, oneMinus: 0, log: 0 };
  let sum = 0;
  // PyTorch's cumprod of float32 on the CPU multiplies in float64 and rounds what it gives out.
  let product = 1;
  for (let i = 0; i < length; i++) {
    sum += Math.log1p(-betas[i]!);
    const log = atLevels ? withBits(sum, logBits) : sum;
    const beta = atLevels ? -Math.expm1(log - before.log) : round(betas[i]!);
    const alpha = round(1 - beta);
    product *= alpha;
    const alphaBar = precision === 'float32' ? round(product) : Math.exp(log);
    const oneMinus = precision === 'float32' ? round(1 - alphaBar) : -Math.expm1(log);
    const inverse = round(1 / alphaBar);
    constants.alphaBars[i] = alphaBar;
    constants.noiseLevels[i] = round(Math.sqrt(alphaBar));
    constants.signalGain[i] = round(Math.sqrt(inverse));
    // Not sqrt(1/ᾱ − 1): for ᾱ_1 near 1 that rounds 3 % away, and the reference's samples are those of this product.
    constants.noiseGain[i] = round(round(Math.sqrt(oneMinus)) * constants.signalGain[i]!);
    constants.meanFromClean[i] = round(round(beta * round(Math.sqrt(before.alphaBar))) / oneMinus);
    constants.meanFromState[i] = round(round(before.oneMinus * round(Math.sqrt(alpha))) / oneMinus);
    const variance = round(round(beta * before.oneMinus) / oneMinus);
    constants.logVariance[i] = round(Math.log(Math.max(variance, round(VARIANCE_FLOOR))));
    before = { alphaBar, oneMinus, log };
  }
  return constants;
}

/** The nearest number with so many significant bits (Veltkamp's splitting, Dekker 1971). */
function withBits(x: number, bits: number): number {
  const scaled = x * (2 ** (53 - bits) + 1);
  return scaled - (scaled - x);
}
