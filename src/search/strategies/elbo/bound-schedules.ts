import type { ErrorTable } from './bound.ts';
import { type BoundPoint, boundPlane, EIGHTHS } from './bound-plane.ts';

/** Levels, and eighths of a decade, from one schedule of the list to the next. */
const SPACING = 4;

/**
 * The σ of schedules that are optimal for the bound, near duplicates dropped: eight to begin with, well apart, then the others by how far they are from
 * those. Their noisiest levels are four of the 120 apart, over the whole table, and their δ² half a decade, from 1e-8 to 1e-3. `searchBound` looks
 * between them.
 *
 * @param table as `measureErrors` gives it; one serves every number of steps
 */
export function boundSchedules(table: ErrorTable, steps: number): readonly (readonly number[])[] {
  const plane = boundPlane(table, steps);
  const distance = (point: BoundPoint) =>
    Math.min(
      ...plane.starts.map((start) => Math.hypot(point.terminal - start.terminal, point.eighths - start.eighths)),
    );
  const offset = plane.starts[0]!.terminal % SPACING;
  const isListed = ({ terminal }: BoundPoint) =>
    terminal % SPACING === offset || plane.starts.some((start) => start.terminal === terminal);
  const listed: { readonly sigmas: readonly number[]; readonly far: number }[] = [];
  for (let eighths: number = EIGHTHS[0]; eighths <= EIGHTHS[1]; eighths += SPACING) {
    for (const [point, sigmas] of plane.row(eighths)) {
      if (isListed(point)) listed.push({ sigmas, far: distance(point) });
    }
  }
  const kept: (readonly number[])[] = [];
  for (const { sigmas } of listed.toSorted((a, b) => a.far - b.far)) {
    if (!kept.some((other) => plane.areNear(sigmas, other))) kept.push(sigmas);
  }
  return kept;
}
