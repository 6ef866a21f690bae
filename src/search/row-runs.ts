/** Calls that a run fills: what is not full is the last of them alone. */
const CALLS_PER_RUN = 4;

/**
 * Puts runs of evaluations together where clips of several candidates go through the network together, so that its calls are mostly full.
 *
 * @param runs numbers of evaluations
 * @param clipsOf how many clips an evaluation has
 * @param rowsPerCall undefined where each clip goes alone; the runs are then as they were
 */
export function rowRuns(
  runs: readonly (readonly number[])[],
  clipsOf: (evaluation: number) => number,
  rowsPerCall: number | undefined,
): number[][] {
  if (rowsPerCall === undefined) return runs.map((run) => [...run]);
  const packed: number[][] = [];
  let clips = Number.POSITIVE_INFINITY;
  for (const evaluation of runs.flat()) {
    if (clips >= CALLS_PER_RUN * rowsPerCall) {
      packed.push([]);
      clips = 0;
    }
    packed.at(-1)!.push(evaluation);
    clips += clipsOf(evaluation);
  }
  return packed;
}
