/**
 * Coordinates that may take any value, of levels that rise: x_1 = ln σ_1 and x_n = ln(ln σ_n − ln σ_{n−1}). Where they leave the range of
 * σ, `inside` of a level space brings the levels back.
 *
 * @param logSigmas ln σ_1 < … < ln σ_N
 */
export function toUnconstrained(logSigmas: readonly number[]): number[] {
  return logSigmas.map((logSigma, i) => (i === 0 ? logSigma : Math.log(logSigma - logSigmas[i - 1]!)));
}

/** ln σ_1 ≤ … ≤ ln σ_N of the coordinates of `toUnconstrained`; two are equal only where their gap is lost in rounding. */
export function fromUnconstrained(x: readonly number[]): number[] {
  let logSigma = 0;
  return x.map((value, i) => {
    logSigma = i === 0 ? value : logSigma + Math.exp(value);
    return logSigma;
  });
}
