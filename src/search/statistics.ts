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

/** Spearman's correlation of two lists of numbers: that of their ranks, equal values having the mean of theirs; NaN for fewer than two. */
export function rankCorrelation(a: readonly number[], b: readonly number[]): number {
  const [first, second] = [centredRanks(a), centredRanks(b)];
  const product = (x: readonly number[], y: readonly number[]) => x.reduce((sum, value, i) => sum + value * y[i]!, 0);
  return product(first, second) / Math.sqrt(product(first, first) * product(second, second));
}

/** Less their mean. */
function centredRanks(values: readonly number[]): number[] {
  const rising = values.toSorted((a, b) => a - b);
  return values.map((value) => (rising.indexOf(value) + rising.lastIndexOf(value) - (values.length - 1)) / 2);
}
