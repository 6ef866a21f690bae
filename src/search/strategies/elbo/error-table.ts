import { DEFAULT_SIGMA_RANGE } from '../sigma-range.ts';
import type { StrategyContext } from '../strategy.ts';
import type { ErrorTable } from './bound.ts';
import { naturalSpline } from './natural-spline.ts';

/**
 * Levels that are evaluated. With a spline through 16 of them the error is known to 0.3 % where data is Gaussian, and the schedules are the same as
 * with 120. That of a small trained network has bumps of 15 % between them, less than from one draw of noise to the next, and 120 levels gave no better
 * schedules.
 */
const MEASURED_LEVELS = 16;
/** A spline with fewer has no shape. */
const FEWEST_LEVELS = 4;
/** Levels to choose schedules from: 0.08 apart in ln σ in the default range. */
const DENSE_LEVELS = 120;

/**
 * Measures a network's clean errors at 16 levels, log-spaced over the range of σ, for one NFE each. One table serves every number of steps. A level
 * where the error is not positive and finite is left out.
 *
 * @returns undefined where fewer than four levels are left. Rejects as `cleanErrors` does
 */
export async function measureErrors(
  context: Pick<StrategyContext, 'cleanErrors'>,
  range: readonly [lo: number, hi: number] = DEFAULT_SIGMA_RANGE,
): Promise<ErrorTable | undefined> {
  const all = logSpaced(range, MEASURED_LEVELS);
  const found = await context.cleanErrors(all);
  const usable = (_: number, i: number) => found[i]! > 0 && found[i]! < Number.POSITIVE_INFINITY;
  const sigmas = all.filter(usable);
  return sigmas.length < FEWEST_LEVELS ? undefined : { sigmas, errors: found.filter(usable) };
}

/** The table at 120 levels, or twice the steps where that is more, between the same ends: a natural spline of ln R over ln σ. */
export function denseTable({ sigmas, errors }: ErrorTable, steps: number): ErrorTable {
  const logError = naturalSpline(sigmas.map(Math.log), errors.map(Math.log));
  const dense = logSpaced([sigmas[0]!, sigmas.at(-1)!], Math.max(DENSE_LEVELS, 2 * steps));
  return { sigmas: dense, errors: dense.map((sigma) => Math.exp(logError(Math.log(sigma)))) };
}

function logSpaced([lo, hi]: readonly [number, number], count: number): number[] {
  return Array.from({ length: count }, (_, i) => lo * (hi / lo) ** (i / (count - 1)));
}
