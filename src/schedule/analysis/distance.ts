import type { NoiseSchedule } from '../noise-schedule.ts';

/** How far apart two schedules are in ln σ: 0.1 is a tenth more or less noise at each step. */
export interface ScheduleDistance {
  /** Root mean square of Δ ln σ. */
  readonly rms: number;
  /** The largest |Δ ln σ|. */
  readonly largest: number;
}

/**
 * How far apart two schedules are: Δ ln σ over the steps. Of schedules of different lengths the shorter one is read at as many places
 * as the longer one has steps, its ln σ interpolated linearly over (n − 1)/(N − 1); a single step counts everywhere. Symmetric, and 0 for
 * a schedule and itself.
 */
export function scheduleDistance(a: NoiseSchedule, b: NoiseSchedule): ScheduleDistance {
  const places = Math.max(a.length, b.length);
  const [first, second] = [a, b].map((schedule) => logSigmasAt(schedule, places)) as [number[], number[]];
  const differences = first.map((x, i) => Math.abs(x - second[i]!));
  return {
    rms: Math.sqrt(differences.reduce((sum, x) => sum + x * x, 0) / places),
    largest: differences.reduce((most, x) => Math.max(most, x), 0),
  };
}

function logSigmasAt(schedule: NoiseSchedule, places: number): number[] {
  const known = schedule.sigmas.map(Math.log);
  const last = known.length - 1;
  if (last === places - 1) return known;
  if (last === 0) return Array.from({ length: places }, () => known[0]!);
  return Array.from({ length: places }, (_, i) => {
    const position = (i * last) / (places - 1);
    const below = Math.min(Math.floor(position), last - 1);
    const fraction = position - below;
    return known[below]! * (1 - fraction) + known[below + 1]! * fraction;
  });
}
