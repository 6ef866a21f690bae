import type { NoiseSchedule } from '../noise-schedule.ts';

/** What a float32 program makes of a schedule; every array has length N, and every number in them is one of float32. */
export interface Float32View {
  readonly betas: readonly number[];
  /** sqrt(ᾱ_n), what the network is told. */
  readonly levels: readonly number[];
  /** sqrt(1 − ᾱ_n) · sqrt(1/ᾱ_n), by which the predicted noise is scaled; 0 where 1 − ᾱ_n rounds to zero, Infinity where ᾱ_n does. */
  readonly sigmas: readonly number[];
  /** The largest |σ in float32 / σ − 1|, and at which step; Infinity where a σ is not finite. */
  readonly largestChange: { readonly n: number; readonly change: number };
  /** β_1/(1 − ᾱ_1), which is 1 in exact arithmetic; Infinity where 1 − ᾱ_1 rounds to zero. */
  readonly lastStepGain: number;
}

/**
 * What the reference makes of a schedule (ivanvovk/WaveGrad, `set_new_noise_schedule`), every operation rounded to float32 in its order: 1 − β,
 * their products, 1 − ᾱ, square roots. 1 − ᾱ_1 is then a multiple of 6e-8, so that small σ move.
 */
export function inFloat32(schedule: NoiseSchedule): Float32View {
  const betas = schedule.betas.map(Math.fround);
  let product = 1;
  const alphaBars = betas.map((beta) => {
    // PyTorch's cumprod of float32 on the CPU multiplies in float64 and rounds what it gives out.
    product *= Math.fround(1 - beta);
    return Math.fround(product);
  });
  const sigmas = alphaBars.map((alphaBar) => {
    const signalGain = Math.fround(Math.sqrt(Math.fround(1 / alphaBar)));
    return Math.fround(Math.fround(Math.sqrt(Math.fround(1 - alphaBar))) * signalGain);
  });
  const exact = schedule.sigmas;
  const changes = sigmas.map((sigma, i) => {
    const change = Math.abs(sigma / exact[i]! - 1);
    // The root of a 1 − ᾱ that rounds below zero.
    return Number.isNaN(change) ? Number.POSITIVE_INFINITY : change;
  });
  const change = changes.reduce((a, b) => Math.max(a, b));
  return {
    betas,
    levels: alphaBars.map((alphaBar) => Math.fround(Math.sqrt(alphaBar))),
    sigmas,
    largestChange: { n: changes.indexOf(change) + 1, change },
    lastStepGain: float32Gain(schedule.betas[0]!),
  };
}

/** β_1/(1 − ᾱ_1) in the reference's order and precision: 1 in exact arithmetic, Infinity where 1 − ᾱ_1 rounds to zero. */
export function float32Gain(beta1: number): number {
  const beta = Math.fround(beta1);
  const oneMinus = Math.fround(1 - Math.fround(1 - beta));
  return oneMinus === 0 ? Number.POSITIVE_INFINITY : Math.fround(beta / oneMinus);
}
