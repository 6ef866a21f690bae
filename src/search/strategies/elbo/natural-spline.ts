/**
 * The natural cubic spline through (x_i, y_i): twice continuously differentiable, straight at both ends, and beyond them the end polynomials go on.
 *
 * @param x strictly rising, at least two
 */
export function naturalSpline(x: readonly number[], y: readonly number[]): (at: number) => number {
  const last = x.length - 1;
  const slopes = Array.from({ length: last }, (_, i) => (y[i + 1]! - y[i]!) / (x[i + 1]! - x[i]!));
  // Thomas' algorithm on the tridiagonal system of the second derivatives, zero at both ends.
  const upper = [0];
  const right = [0];
  for (let i = 1; i < last; i++) {
    const [before, after] = [x[i]! - x[i - 1]!, x[i + 1]! - x[i]!];
    const pivot = 2 * (before + after) - before * upper[i - 1]!;
    upper.push(after / pivot);
    right.push((6 * (slopes[i]! - slopes[i - 1]!) - before * right[i - 1]!) / pivot);
  }
  const curvatures = new Float64Array(last + 1);
  for (let i = last - 1; i > 0; i--) curvatures[i] = right[i]! - upper[i]! * curvatures[i + 1]!;

  return (at) => {
    let i = 0;
    while (i < last - 1 && at > x[i + 1]!) i++;
    const width = x[i + 1]! - x[i]!;
    const b = (at - x[i]!) / width;
    const a = 1 - b;
    const bend = (a ** 3 - a) * curvatures[i]! + (b ** 3 - b) * curvatures[i + 1]!;
    return a * y[i]! + b * y[i + 1]! + (bend * width * width) / 6;
  };
}
