/** A point with a value. */
export interface Sample {
  readonly x: number;
  readonly y: number;
  readonly value: number;
}

/** Of a grid's point: below this sum of kernel weights, half of one sample right there, nothing is known. */
const LEAST_WEIGHT = 0.5;

/**
 * The mean of values near each point of a grid, a Gaussian weighing what is near (Nadaraya 1964, Watson 1964), its widths by Scott's rule for two
 * dimensions, standard deviation · n^(−1/6) (Scott 1992).
 *
 * @returns a row for each y, a value for each x; undefined where too few samples are near
 */
export function smoothed(
  samples: readonly Sample[],
  xs: readonly number[],
  ys: readonly number[],
): (number | undefined)[][] {
  const widths = [widthOf(samples.map(({ x }) => x)), widthOf(samples.map(({ y }) => y))] as const;
  return ys.map((y) =>
    xs.map((x) => {
      let [sum, weights] = [0, 0];
      for (const sample of samples) {
        const distance = ((sample.x - x) / widths[0]) ** 2 + ((sample.y - y) / widths[1]) ** 2;
        const weight = Math.exp(-distance / 2);
        sum += weight * sample.value;
        weights += weight;
      }
      return weights < LEAST_WEIGHT ? undefined : sum / weights;
    }),
  );
}

function widthOf(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1));
  return deviation * values.length ** (-1 / 6);
}
