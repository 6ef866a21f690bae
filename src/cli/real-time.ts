/** Of several measurements. */
export interface MeanAndDeviation {
  readonly mean: number;
  /** The standard deviation of these alone (numpy's std, as the reference has it); 0 for one. */
  readonly deviation: number;
}

export function meanAndDeviation(values: readonly number[]): MeanAndDeviation {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Two figures more than a timing is worth would say nothing: 0.412 ± 0.003. */
export function shownFactor({ mean, deviation }: MeanAndDeviation): string {
  const digits = mean >= 100 ? 0 : mean >= 10 ? 1 : mean >= 1 ? 2 : 3;
  return `${mean.toFixed(digits)} ± ${deviation.toFixed(digits)}`;
}
