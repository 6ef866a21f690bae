// Student's t, 0.975 quantiles for 1 … 30 degrees of freedom (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2).
const QUANTILES = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

const NORMAL = 1.959964;

/** Half the width of a 95 % confidence interval in standard errors, for a mean of `count` values; NaN for fewer than two. */
export function standardErrorsIn95(count: number): number {
  const freedom = count - 1;
  if (freedom < 1) return Number.NaN;
  // Beyond the table the first two terms of the expansion in 1/ν: Abramowitz & Stegun 26.7.5.
  const [z, z3, z5] = [NORMAL, NORMAL ** 3, NORMAL ** 5];
  return QUANTILES[freedom - 1] ?? z + (z3 + z) / (4 * freedom) + (5 * z5 + 16 * z3 + 3 * z) / (96 * freedom * freedom);
}
