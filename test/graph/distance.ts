/** The largest |a − b| over the largest |b|: how far an engine is from what was expected. Infinite where the lengths differ. */
export function relativeDistance(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let difference = 0;
  let magnitude = 0;
  for (let i = 0; i < b.length; i++) {
    // Not Math.max, which would be asked about NaN: a NaN is as far as can be.
    if (!(Math.abs(a[i]! - b[i]!) <= difference)) difference = Math.abs(a[i]! - b[i]!);
    magnitude = Math.max(magnitude, Math.abs(b[i]!));
  }
  return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference === 0 ? 0 : difference / magnitude;
}
