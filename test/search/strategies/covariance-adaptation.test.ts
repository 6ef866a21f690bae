import { describe, expect, it } from 'vitest';
import { fillNormal } from '../../../src/random/noise.ts';
import { covarianceAdaptation } from '../../../src/search/strategies/covariance-adaptation.ts';
import { loadDecompose } from '../../../src/search/strategies/eigen.ts';

const decompose = await loadDecompose();

const identity = (n: number) =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (_, j) => Number(i === j)));
const times = (matrix: readonly (readonly number[])[], v: ArrayLike<number>) =>
  matrix.map((row) => row.reduce((sum, value, j) => sum + value * v[j]!, 0));
const normals = (n: number, k: number) =>
  fillNormal(new Float32Array(n), { seed: 1, purpose: 'proposal', clip: 0, replicate: 0, k });

/** The lowest value of each generation, until it is next to nothing. */
function minimise(
  f: (x: readonly number[]) => number,
  mean: readonly number[],
  generations: number,
  turned: (v: Float32Array) => ArrayLike<number> = (v) => v,
): number[] {
  const adaptation = covarianceAdaptation({ mean, covariance: identity(mean.length), population: 8, decompose });
  const lowest: number[] = [];
  while (lowest.length < generations && !(lowest.at(-1)! < 1e-10)) {
    const draw = 8 * lowest.length;
    const points = Array.from({ length: 8 }, (_, i) => adaptation.point(turned(normals(mean.length, draw + i))));
    points.sort((a, b) => f(a) - f(b));
    adaptation.tell(points);
    lowest.push(f(points[0]!));
  }
  return lowest;
}

/** Axes a thousand times as long as others. */
const ellipsoid = (x: readonly number[]) =>
  x.reduce((sum, value, i) => sum + 1e6 ** (i / (x.length - 1)) * value * value, 0);
const rosenbrock = (x: readonly number[]) =>
  x.slice(1).reduce((sum, value, i) => sum + 100 * (value - x[i]! ** 2) ** 2 + (1 - x[i]!) ** 2, 0);

describe('covarianceAdaptation', () => {
  it.each([1, 2, 6, 12])('finds the centre of a sphere in %i dimensions', (n) => {
    const sphere = (x: readonly number[]) => x.reduce((sum, value) => sum + value * value, 0);
    expect(
      minimise(
        sphere,
        Array.from({ length: n }, () => 3),
        60 * (n + 4),
      ).at(-1)!,
    ).toBeLessThan(1e-10);
  });

  it('learns the axes of an ellipsoid and the bend of a valley', () => {
    expect(minimise(ellipsoid, [3, 3, 3, 3, 3, 3], 400).at(-1)!).toBeLessThan(1e-10);
    // Its minimum, 0, is at 1, 1, 1, 1.
    expect(minimise(rosenbrock, [0, 0, 0, 0], 500).at(-1)!).toBeLessThan(1e-10);
  });

  it('goes the same way in turned coordinates', () => {
    // Two plane rotations, by 0.6 and 1.1.
    const [c, s, d, t] = [Math.cos(0.6), Math.sin(0.6), Math.cos(1.1), Math.sin(1.1)];
    const turn = [
      [c, -s * d, s * t],
      [s, c * d, -c * t],
      [0, t, d],
    ];
    const back = turn.map((_, i) => turn.map((row) => row[i]!));
    const straight = minimise(ellipsoid, [3, 1, 2], 60);
    const turned = minimise(
      (x) => ellipsoid(times(back, x)),
      times(turn, [3, 1, 2]),
      60,
      (v) => times(turn, v),
    );
    expect(straight).toHaveLength(60);
    for (const [g, value] of turned.entries()) expect(Math.abs(value / straight[g]! - 1)).toBeLessThan(1e-4);
  });

  it('begins with the covariance it is given', () => {
    const covariance = [
      [4, 1.2],
      [1.2, 1],
    ];
    const adaptation = covarianceAdaptation({ mean: [5, -5], covariance, population: 8, decompose });
    const points = Array.from({ length: 40_000 }, (_, k) => adaptation.point(normals(2, k)));
    const moment = (i: number, j: number) =>
      points.reduce((sum, x) => sum + (x[i]! - [5, -5][i]!) * (x[j]! - [5, -5][j]!), 0) / points.length;
    // From 40,000 draws a variance has a standard deviation of 0.7 %, this covariance of 1 %.
    for (const [i, j] of [
      [0, 0],
      [0, 1],
      [1, 1],
    ] as const)
      expect(Math.abs(moment(i, j) / covariance[i]![j]! - 1)).toBeLessThan(0.04);
    // The larger root of λ² − 5 λ + 2.56.
    expect(adaptation.spread()).toBeCloseTo(Math.sqrt((5 + Math.sqrt(25 - 4 * 2.56)) / 2), 9);
  });
});

describe('eigenvalues', () => {
  it('put a symmetric matrix together again, with vectors of unit length', () => {
    const random = Array.from({ length: 8 }, (_, i) => normals(8, i));
    const symmetric = random.map((row, i) => Array.from(row, (value, j) => value + random[j]![i]!));
    const { values, vectors } = decompose(symmetric);
    for (const i of symmetric.keys()) {
      for (const j of symmetric.keys()) {
        const sum = values.reduce((total, value, k) => total + value * vectors[k]![i]! * vectors[k]![j]!, 0);
        expect(sum).toBeCloseTo(symmetric[i]![j]!, 9);
      }
      expect(Math.hypot(...vectors[i]!)).toBeCloseTo(1, 12);
    }
  });
});
