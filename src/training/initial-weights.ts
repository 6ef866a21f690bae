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

/** Vectors that are taken from the others together: a pass over memory for each of them would wait for it. */
const PANEL = 4;

/**
 * Orthonormal rows that span those of a random matrix [rows, columns], or orthonormal columns where there are more rows: modified
 * Gram–Schmidt in double precision, by panels of vectors, whose R has a positive diagonal, so that normal entries give a matrix
 * uniform over all such.
 */
export function orthogonal(matrix: Float32Array, rows: number, columns: number): Float64Array {
  const wide = rows <= columns;
  const count = wide ? rows : columns;
  const size = wide ? columns : rows;
  const placeOf = (v: number, j: number) => (wide ? v * columns + j : j * columns + v);
  const vectors = Array.from({ length: count }, (_, v) => {
    const vector = new Float64Array(size);
    for (let j = 0; j < size; j++) vector[j] = matrix[placeOf(v, j)]!;
    return vector;
  });
  const spare = new Float64Array(size);
  for (let begin = 0; begin < count; begin += PANEL) {
    const panel = vectors.slice(begin, begin + PANEL);
    for (const [i, vector] of panel.entries()) {
      for (const earlier of panel.slice(0, i)) removeAlong(vector, earlier);
      normalize(vector);
    }
    // Nothing follows the last panel, the only one that may have fewer.
    for (let v = begin + PANEL; v < count; v += 2) removePanel(vectors[v]!, vectors[v + 1] ?? spare, panel);
  }
  const result = new Float64Array(rows * columns);
  for (const [v, vector] of vectors.entries()) {
    for (let j = 0; j < size; j++) result[placeOf(v, j)] = vector[j]!;
  }
  return result;
}

function normalize(vector: Float64Array): void {
  let squares = 0;
  for (let j = 0; j < vector.length; j++) squares += vector[j]! * vector[j]!;
  const norm = Math.sqrt(squares);
  for (let j = 0; j < vector.length; j++) vector[j] = vector[j]! / norm;
}

/** Makes a vector orthogonal to one of length 1. */
function removeAlong(vector: Float64Array, unit: Float64Array): void {
  let along = 0;
  for (let j = 0; j < vector.length; j++) along += vector[j]! * unit[j]!;
  for (let j = 0; j < vector.length; j++) vector[j] = vector[j]! - along * unit[j]!;
}

/** Makes two vectors orthogonal to the four of an orthonormal panel. */
function removePanel(x: Float64Array, y: Float64Array, panel: readonly Float64Array[]): void {
  const [a, b, c, d] = panel as [Float64Array, Float64Array, Float64Array, Float64Array];
  let [xa, xb, xc, xd, ya, yb, yc, yd] = [0, 0, 0, 0, 0, 0, 0, 0];
  for (let j = 0; j < x.length; j++) {
    xa += x[j]! * a[j]!;
    xb += x[j]! * b[j]!;
    xc += x[j]! * c[j]!;
    xd += x[j]! * d[j]!;
    ya += y[j]! * a[j]!;
    yb += y[j]! * b[j]!;
    yc += y[j]! * c[j]!;
    yd += y[j]! * d[j]!;
  }
  for (let j = 0; j < x.length; j++) {
    x[j] = x[j]! - (xa * a[j]! + xb * b[j]! + xc * c[j]! + xd * d[j]!);
    y[j] = y[j]! - (ya * a[j]! + yb * b[j]! + yc * c[j]! + yd * d[j]!);
  }
}
