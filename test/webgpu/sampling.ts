import { randomTensor } from '../graph/tensors.ts';

/** Samples of each clip: four frames of the tiny network. */
export const SAMPLES = 1200;

/** Log mels [80, 4]. */
export const clips = [1, 2].map((seed) => randomTensor([80, 4], seed).data);

export const sampled = { betas: [1e-4, 1e-2, 0.3], clamp: 'x0' } as const;

export function noiseOf(clip: number, k: number): Float32Array {
  return randomTensor([SAMPLES], 10 * clip + k).data;
}

/** In radians, from 0 to 5,000. */
export const PHASES = Float32Array.from({ length: 500 }, (_, i) => 10.02 * i);
