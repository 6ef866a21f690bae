import { type ScheduleDistance, scheduleDistance } from '../schedule/analysis/distance.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { plainTable } from './plain-table.ts';
import type { ListedSchedule } from './schedule-table.ts';

/** How far another schedule is. */
export interface DistanceTo extends ScheduleDistance {
  readonly name: string;
}

/** The matrix of RMS Δ ln σ, its columns numbered as its rows are. */
export function distanceTable(named: readonly { readonly name: string; readonly schedule: NoiseSchedule }[]): string[] {
  const head = ['RMS Δln σ', ...named.map((_, i) => `${i + 1}`)];
  const rows = named.map(({ name, schedule }, i) => [
    `${i + 1} ${name}`,
    ...named.map((other, j) => (i === j ? '–' : scheduleDistance(schedule, other.schedule).rms.toFixed(4))),
  ]);
  return plainTable(head, rows, { colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')) });
}

/**
 * The preset that is nearest to a schedule; of equally near ones the first. A preset is not the nearest to itself, but to a file with
 * the same name and betas it is.
 */
export function nearestPreset(
  { schedule, path }: ListedSchedule,
  presets: readonly NoiseSchedule[],
): DistanceTo | undefined {
  return presets
    .filter(({ name }) => path !== undefined || name !== schedule.name)
    .map((preset) => ({ name: preset.name, ...scheduleDistance(schedule, preset) }))
    .toSorted((a, b) => a.rms - b.rms)[0];
}
