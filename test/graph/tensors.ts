import type { Tensor } from '../../src/graph/operation.ts';
import { fillNormal } from '../../src/random/noise.ts';

export function tensor(shape: readonly number[], ...data: number[]): Tensor {
  return { shape, data: Float32Array.from(data) };
}

/** Normal numbers times `magnitude`, the same for the same seed. */
export function randomTensor(shape: readonly number[], seed: number, magnitude = 1): Tensor {
  const data = new Float32Array(shape.reduce((product, size) => product * size, 1));
  fillNormal(data, { seed, purpose: 'scoring', clip: 0, replicate: 0, k: 0 });
  return { shape, data: data.map((x) => x * magnitude) };
}
