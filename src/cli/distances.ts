import { type ScheduleDistance, scheduleDistance } from '../schedule/analysis/distance.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { plainTable } from './plain-table.ts';

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

/** The preset that is nearest to a schedule and not that preset itself; of equally near ones the first. */
export function nearestPreset(schedule: NoiseSchedule, presets: readonly NoiseSchedule[]): DistanceTo | undefined {
  return presets
    .filter(({ name, betas }) => name !== schedule.name || betas.some((beta, i) => beta !== schedule.betas[i]))
    .map((preset) => ({ name: preset.name, ...scheduleDistance(schedule, preset) }))
    .toSorted((a, b) => a.rms - b.rms)[0];
}
