/** Where to go from a point, by the gradients at those before. */
export interface QuasiNewton {
  /** Minus the inverse Hessian times the gradient; minus the prior times it before anything was learned. */
  direction(gradient: readonly number[]): number[];
  /** Learns from a step and the change of the gradient along it; nothing where the slope did not rise, as noise or a ridge has it. */
  learn(step: readonly number[], change: readonly number[]): void;
  /** Whether anything was learned, so that a step of length 1 means something. */
  isInformed(): boolean;
  forget(): void;
}

/** Of the product of the two lengths; a rise below it is rounding. */
const LEAST_RISE = 1e-9;

/**
 * BFGS (Nocedal and Wright 2006, "Numerical optimization", equation 6.17), whose first inverse Hessian is the prior, scaled to the first step (as in their 6.20).
 *
 * @param prior symmetric and positive definite, one row a dimension: how much alike good steps in two dimensions are
 */
export function quasiNewton(prior: readonly (readonly number[])[]): QuasiNewton {
  let inverse: readonly (readonly number[])[] | undefined;
  return {
    direction: (gradient) => times(inverse ?? prior, gradient).map((x) => -x),
    learn(step, change) {
      const rise = dot(step, change);
      if (!(rise > LEAST_RISE * Math.sqrt(dot(step, step) * dot(change, change)))) return;
      const scale = rise / dot(change, times(prior, change));
      const known = inverse ?? prior.map((row) => row.map((value) => scale * value));
      const across = times(known, change);
      const weight = (1 + dot(change, across) / rise) / rise;
      inverse = known.map((row, i) =>
        row.map(
          (value, j) => value + weight * step[i]! * step[j]! - (across[i]! * step[j]! + step[i]! * across[j]!) / rise,
        ),
      );
    },
    isInformed: () => inverse !== undefined,
    forget() {
      inverse = undefined;
    },
  };
}

function times(matrix: readonly (readonly number[])[], vector: readonly number[]): number[] {
  return matrix.map((row) => dot(row, vector));
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
