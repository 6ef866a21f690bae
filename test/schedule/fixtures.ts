import { readFileSync } from 'node:fs';

function readFixture(path: string): unknown {
  return JSON.parse(readFileSync(new URL(`../fixtures/${path}`, import.meta.url), 'utf8'));
}

/** The betas of the reference's shipped schedules, by name (ivanvovk/WaveGrad, schedules/pretrained). */
export const referenceSchedules = readFixture('reference-schedules.json') as Record<string, number[]>;

/** Count, first and last candidate of the reference's walk from 1e-6 to 1e-2, by number of steps. */
export const gridFacts = readFixture('reference-tiny/grid_facts.json') as Record<
  string,
  { candidates: number; first: number[]; last: number[] }
>;

/** The largest |a/b − 1| of two arrays of one length. */
export function largestRelativeDifference(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  return Math.max(...a.map((x, i) => Math.abs(x / b[i]! - 1)));
}
