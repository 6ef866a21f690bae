import type { Decompose } from './eigen.ts';

export interface CovarianceAdaptationOptions {
  /** Where to begin, one number a dimension. */
  readonly mean: readonly number[];
  /** Of the first steps; one row a dimension. */
  readonly covariance: readonly (readonly number[])[];
  /** Points a generation. */
  readonly population: number;
  readonly decompose: Decompose;
}

/** Asks for points and is told which were the better ones. */
export interface CovarianceAdaptation {
  /** The point of standard normal numbers, one a dimension. */
  point(normals: ArrayLike<number>): number[];
  /** Learns from a generation's points, in any order but for the best first. */
  tell(points: readonly (readonly number[])[]): void;
  /** Standard deviation of the next points in the direction in which it is largest. */
  spread(): number;
}

// Beneath it rounding decides; a covariance is positive definite.
const SMALLEST_VALUE = 1e-20;

/**
 * CMA-ES (Hansen 2016, "The CMA evolution strategy: a tutorial", arXiv 1604.00772): figure 6 with the defaults of table 1, negative
 * weights included. Names and equations are the tutorial's.
 */
export function covarianceAdaptation(options: CovarianceAdaptationOptions): CovarianceAdaptation {
  const { mean: start, population, decompose } = options;
  const n = start.length;
  const dimensions = [...start.keys()];
  const { weights, parents, mu, c1, cMu } = recombination(n, population);
  const cC = (4 + mu / n) / (n + 4 + (2 * mu) / n);
  const cSigma = (mu + 2) / (n + mu + 5);
  const dSigma = 1 + 2 * Math.max(0, Math.sqrt((mu - 1) / (n + 1)) - 1) + cSigma;
  const expectedLength = Math.sqrt(n) * (1 - 1 / (4 * n) + 1 / (21 * n * n));

  let mean = [...start];
  let sigma = 1;
  let covariance = options.covariance;
  let eigen = decompose(covariance);
  let stepPath = dimensions.map(() => 0);
  let path = dimensions.map(() => 0);
  let generations = 0;

  /** B f(D) Bᵀ v. */
  function alongAxes(v: readonly number[], f: (value: number) => number): number[] {
    const out = dimensions.map(() => 0);
    eigen.vectors.forEach((axis, k) => {
      const length = f(Math.max(SMALLEST_VALUE, eigen.values[k]!)) * dot(axis, v);
      for (const i of dimensions) out[i]! += length * axis[i]!;
    });
    return out;
  }
  /** C^(−1/2) v. */
  const whitened = (v: readonly number[]) => alongAxes(v, (value) => 1 / Math.sqrt(value));

  return {
    point(normals) {
      const y = alongAxes(Array.from(normals), Math.sqrt);
      return mean.map((m, i) => m + sigma * y[i]!);
    },
    tell(points) {
      generations++;
      const ys = points.map((point) => point.map((x, i) => (x - mean[i]!) / sigma));
      // Equations 41 and 42: the mean.
      const move = dimensions.map((i) => total(ys.slice(0, parents).map((y, k) => weights[k]! * y[i]!)));
      mean = mean.map((m, i) => m + sigma * move[i]!);
      // Equations 43 and 44: the step size.
      const white = whitened(move);
      stepPath = stepPath.map((p, i) => (1 - cSigma) * p + Math.sqrt(cSigma * (2 - cSigma) * mu) * white[i]!);
      const length = Math.sqrt(dot(stepPath, stepPath));
      const limit = (1.4 + 2 / (n + 1)) * expectedLength * Math.sqrt(1 - (1 - cSigma) ** (2 * (generations + 1)));
      const isShort = length < limit;
      // Equations 45 to 47: the covariance.
      const added = isShort ? Math.sqrt(cC * (2 - cC) * mu) : 0;
      path = path.map((p, i) => (1 - cC) * p + added * move[i]!);
      const shares = ys.map((y, k) => {
        if (weights[k]! >= 0) return weights[k]!;
        const w = whitened(y);
        return (weights[k]! * n) / dot(w, w);
      });
      const kept = 1 + (isShort ? 0 : c1 * cC * (2 - cC)) - c1 - cMu * total(weights);
      covariance = covariance.map((row, i) =>
        row.map(
          (value, j) =>
            kept * value + c1 * (path[i]! * path[j]!) + cMu * total(ys.map((y, k) => shares[k]! * (y[i]! * y[j]!))),
        ),
      );
      sigma *= Math.exp((cSigma / dSigma) * (length / expectedLength - 1));
      eigen = decompose(covariance);
    },
    spread: () => sigma * Math.sqrt(Math.max(...eigen.values)),
  };
}

/** Table 1: weights by rank, how many are positive, their effective number, and the two rates of the covariance. */
function recombination(n: number, population: number) {
  const raw = Array.from({ length: population }, (_, i) => Math.log((population + 1) / 2) - Math.log(i + 1));
  const parents = Math.floor(population / 2);
  const effective = (values: readonly number[]) => total(values) ** 2 / dot(values, values);
  const mu = effective(raw.slice(0, parents));
  const c1 = 2 / ((n + 1.3) ** 2 + mu);
  const cMu = Math.min(1 - c1, (2 * (0.25 + mu + 1 / mu - 2)) / ((n + 2) ** 2 + mu));
  const negative = Math.min(
    1 + c1 / cMu,
    1 + (2 * effective(raw.slice(parents))) / (mu + 2),
    (1 - c1 - cMu) / (n * cMu),
  );
  const positiveTotal = total(raw.filter((w) => w >= 0));
  const negativeTotal = -total(raw.filter((w) => w < 0));
  const weights = raw.map((w) => (w >= 0 ? w / positiveTotal : (negative * w) / negativeTotal));
  return { weights, parents, mu, c1, cMu };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function dot(a: readonly number[], b: readonly number[]): number {
  return total(a.map((value, i) => value * b[i]!));
}
