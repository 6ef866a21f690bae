/** What Adam keeps of each weight between steps: running means of its gradient and of the gradient's square. */
export interface Moments {
  readonly first: Float32Array;
  readonly second: Float32Array;
}

/** Adam's constants (Kingma and Ba 2014, arXiv 1412.6980, algorithm 1), with the defaults of torch.optim.Adam. */
const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * One step of Adam on the weights from `begin` to `end`, in place; mirrors torch.optim.Adam without weight decay.
 *
 * @param gradients multiplied by `scale` first, which is how they are clipped
 * @param step 1 for the first
 */
export function adamStep(
  weights: Float32Array,
  gradients: Float32Array,
  { first, second }: Moments,
  options: { readonly learningRate: number; readonly scale: number; readonly step: number },
  begin = 0,
  end = weights.length,
): void {
  const { learningRate, scale, step } = options;
  const stepSize = learningRate / (1 - BETA_1 ** step);
  const rootOfBias = Math.sqrt(1 - BETA_2 ** step);
  for (let i = begin; i < end; i++) {
    const gradient = gradients[i]! * scale;
    const mean = BETA_1 * first[i]! + (1 - BETA_1) * gradient;
    const square = BETA_2 * second[i]! + (1 - BETA_2) * gradient * gradient;
    first[i] = mean;
    second[i] = square;
    weights[i] = weights[i]! - (stepSize * mean) / (Math.sqrt(square) / rootOfBias + EPSILON);
  }
}

/** The sum of squares of the numbers from `begin` to `end`. */
export function sumOfSquares(values: Float32Array, begin = 0, end = values.length): number {
  // Four sums side by side: one would wait for its last addition.
  let [a, b, c, d] = [0, 0, 0, 0];
  let i = begin;
  for (; i + 3 < end; i += 4) {
    a += values[i]! * values[i]!;
    b += values[i + 1]! * values[i + 1]!;
    c += values[i + 2]! * values[i + 2]!;
    d += values[i + 3]! * values[i + 3]!;
  }
  for (; i < end; i++) a += values[i]! * values[i]!;
  return a + b + c + d;
}

/** By what gradients of that norm are multiplied to have at most `most`; mirrors torch.nn.utils.clip_grad_norm_. */
export function clippingScale(norm: number, most: number): number {
  return Math.min(1, most / (norm + 1e-6));
}

/** Moves a running mean of weights towards them: average ← decay · average + (1 − decay) · weight, from `begin` to `end`. */
export function averageWeights(
  average: Float32Array,
  weights: Float32Array,
  decay: number,
  begin = 0,
  end = weights.length,
): void {
  for (let i = begin; i < end; i++) average[i] = average[i]! + (1 - decay) * (weights[i]! - average[i]!);
}

/**
 * The decay of a running mean of weights in its `step`-th step, from 0 on: at first less, so that a short run's mean does not stay with the
 * weights it began with (tf.train.ExponentialMovingAverage with num_updates).
 */
export function averageDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}
