const TERMS = 200;

/** From here on the continued fraction converges faster than the series, and 1 − erf would cancel. */
const SERIES_END = 2;

/**
 * The complementary error function erfc(x) = 2/√π ∫_x^∞ e^(−t²) dt for x ≥ 0, to 1e-13 relative where it is not yet below 1e-300:
 * the series of Abramowitz and Stegun, Handbook of Mathematical Functions, 7.1.6, and from x = 2 the continued fraction 7.1.14.
 */
export function erfc(x: number): number {
  if (x === Number.POSITIVE_INFINITY) return 0;
  return x < SERIES_END ? 1 - erfSeries(x) : erfcFraction(x);
}

/** erf z = 2/√π e^(−z²) Σ 2^n z^(2n+1) / (1 · 3 ⋯ (2n + 1)) */
function erfSeries(x: number): number {
  let term = x;
  let sum = x;
  for (let n = 1; n < TERMS && term > sum * Number.EPSILON; n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

/** √π e^(z²) erfc z = 1/(z + (1/2)/(z + 1/(z + (3/2)/(z + 2/(z + …))))), from the inside out. */
function erfcFraction(x: number): number {
  let tail = x;
  for (let n = TERMS; n >= 1; n--) tail = x + n / 2 / tail;
  return Math.exp(-x * x) / Math.sqrt(Math.PI) / tail;
}
