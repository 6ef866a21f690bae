import { scheduleDistance } from '../schedule/analysis/distance.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { Trial } from './trial.ts';

/**
 * The first trials of which each is at least so far from every one before it.
 *
 * @param ranked the best first
 * @param distance root mean square difference of ln σ
 * @param most how many
 */
export function apart(ranked: readonly Trial[], distance: number, most: number): Trial[] {
  const chosen: { readonly trial: Trial; readonly schedule: NoiseSchedule }[] = [];
  for (const trial of ranked) {
    const schedule = NoiseSchedule.fromBetas(trial.betas, { asPublished: true });
    if (chosen.every((other) => scheduleDistance(schedule, other.schedule).rms >= distance)) {
      chosen.push({ trial, schedule });
    }
    if (chosen.length === most) break;
  }
  return chosen.map(({ trial }) => trial);
}
