import { fillNormal, uniforms } from '../random/noise.ts';
import { type ParameterLayout, type ParameterSlot, parameterView } from './parameters.ts';

/**
 * Fills all parameters as the reference begins: kernels orthogonal with gain 1 (Saxe et al. 2013, torch.nn.init.orthogonal_ of the
 * kernel as a matrix [cout, cin · taps]), biases uniform within ±1/√(cin · taps) (the default of torch.nn.Conv1d).
 *
 * @param seed decides all numbers, 0 ≤ seed < 2^53
 */
export function fillInitialWeights(all: Float32Array, { slots }: ParameterLayout, seed: number): void {
  const fanIn = new Map<string, number>();
  for (const slot of slots) {
    if (slot.shape.length === 3) fanIn.set(layerOf(slot), slot.length / slot.shape[0]!);
  }
  slots.forEach((slot, i) => {
    const view = parameterView(all, slot);
    const key = { seed, purpose: 'initial-weights', clip: i, replicate: 0, k: 0 } as const;
    if (slot.shape.length === 3) {
      const rows = slot.shape[0]!;
      fillNormal(view, key);
      view.set(orthogonal(view, rows, slot.length / rows));
    } else {
      const bound = 1 / Math.sqrt(fanIn.get(layerOf(slot))!);
      uniforms(slot.length, key).forEach((u, j) => {
        view[j] = (2 * u - 1) * bound;
      });
    }
  });
}

function layerOf({ name }: ParameterSlot): string {
  return name.slice(0, name.lastIndexOf('.'));
}

/**
 * Orthonormal rows that span those of a random matrix [rows, columns], or orthonormal columns where there are more rows: modified
 * Gram–Schmidt in double precision, whose R has a positive diagonal, so that normal entries give a matrix uniform over all such.
 */
export function orthogonal(matrix: Float32Array, rows: number, columns: number): Float64Array {
  const wide = rows <= columns;
  const count = wide ? rows : columns;
  const size = wide ? columns : rows;
  const vectors = Array.from({ length: count }, (_, v) =>
    Float64Array.from({ length: size }, (_, j) => (wide ? matrix[v * columns + j]! : matrix[j * columns + v]!)),
  );
  for (const [v, vector] of vectors.entries()) {
    const norm = Math.sqrt(dot(vector, vector));
    for (let j = 0; j < size; j++) vector[j]! /= norm;
    for (const later of vectors.slice(v + 1)) {
      const along = dot(vector, later);
      for (let j = 0; j < size; j++) later[j]! -= along * vector[j]!;
    }
  }
  return Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return wide ? vectors[row]![column]! : vectors[column]![row]!;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  // Four sums side by side: one would wait for its last addition.
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 3 < a.length; j += 4) {
    s0 += a[j]! * b[j]!;
    s1 += a[j + 1]! * b[j + 1]!;
    s2 += a[j + 2]! * b[j + 2]!;
    s3 += a[j + 3]! * b[j + 3]!;
  }
  for (; j < a.length; j++) s0 += a[j]! * b[j]!;
  return s0 + s1 + s2 + s3;
}
