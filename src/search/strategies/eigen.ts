import { loadMathJs } from '../../schedule/generators/expression.ts';

/** B and the diagonal of D of a symmetric matrix B D Bᵀ. */
interface Eigen {
  readonly values: readonly number[];
  /** The unit vector of each value. */
  readonly vectors: readonly (readonly number[])[];
}

export type Decompose = (symmetric: readonly (readonly number[])[]) => Eigen;

/** What finds eigenvalues of symmetric matrices: mathjs, loaded when first asked for. */
export async function loadDecompose(): Promise<Decompose> {
  const math = await loadMathJs();
  return (symmetric) => {
    const { eigenvectors } = math.eigs(symmetric.map((row) => [...row]));
    return {
      values: eigenvectors.map(({ value }) => value as number),
      vectors: eigenvectors.map(({ vector }) => vector as number[]),
    };
  };
}
