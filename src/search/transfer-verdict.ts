import { isBeyondNoise } from './compare-standings.ts';
import type { Estimate } from './statistics.ts';

/** A schedule that another is held against. */
export interface Rival {
  readonly name: string;
  /** Over clips. */
  readonly score: Estimate;
  /** By how much it is worse than the other, paired; negative where it is better. */
  readonly behind: Estimate;
}

/** Whether a schedule is worth having beside its rivals. */
export interface TransferVerdict {
  /**
   * True: better than every rival beyond two standard errors. False: a rival is better beyond two, or only the schedule has no finite
   * score. Null: within noise of the best rival, or of another.
   */
  readonly holds: boolean | null;
  /** The rival with the lowest mean, of those that are better beyond noise where some are; undefined where none has a finite one. */
  readonly best?: Rival;
}

/** Judges a schedule by its rivals, usually the published schedules of as many steps. */
export function transferVerdict(own: Estimate, rivals: readonly Rival[]): TransferVerdict {
  const finite = rivals
    .filter(({ score }) => Number.isFinite(score.mean))
    .toSorted((a, b) => a.score.mean - b.score.mean);
  const best = finite[0];
  if (!Number.isFinite(own.mean)) return { holds: best === undefined ? null : false, best };
  const better = finite.find((rival) => isBeyondNoise(ahead(rival)));
  if (better !== undefined) return { holds: false, best: better };
  return { holds: finite.every(({ behind }) => isBeyondNoise(behind)) ? true : null, best };
}

/** By how much a rival is better. */
export function ahead({ behind: { mean, standardError } }: Rival): Estimate {
  return { mean: -mean, standardError };
}
