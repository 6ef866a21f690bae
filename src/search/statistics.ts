/** A mean with its standard error, over clips. */
export interface Estimate {
  readonly mean: number;
  /** NaN for one clip, which says nothing about others. */
  readonly standardError: number;
}

/** The mean of the values and its standard error, sd / sqrt(n) with n − 1 degrees of freedom. */
export function estimate(values: readonly number[]): Estimate {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
}

/** What a − b is on average over the same clips with the same noise, and how sure that is. */
export function pairedDifference(a: readonly number[], b: readonly number[]): Estimate {
  return estimate(a.map((value, i) => value - b[i]!));
}

/** Each clip's mean over replicates, which are the rows. */
export function meanOverReplicates(rows: readonly (readonly number[])[]): number[] {
  return rows[0]!.map((_, clip) => rows.reduce((sum, row) => sum + row[clip]!, 0) / rows.length);
}
