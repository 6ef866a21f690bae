import type { TrainedRange } from '../schedule/diagnostics.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { distanceTable, nearestPreset } from './distances.ts';
import { ladder } from './ladder.ts';
import { colours } from './plain-table.ts';
import { callName, type ListedSchedule } from './schedule-table.ts';
import { type View, viewSentences } from './schedule-view.ts';
import { stepsTable } from './steps-table.ts';

/** A table of more steps is for those who ask for it. */
const MOST_STEPS = 50;

export interface DetailOptions {
  readonly trained: TrainedRange;
  /** What the nearest is sought among. */
  readonly presets: readonly NoiseSchedule[];
  readonly view: View;
  /** A table of steps however many they are. */
  readonly allSteps: boolean;
  /** Characters of a line that the ladder may take. */
  readonly width: number;
}

/** What there is to see of schedules beside the line each has in the listing: their ladder, their steps, their distances. */
export function details(listed: readonly ListedSchedule[], options: DetailOptions): string {
  const { trained, presets, view, allSteps, width } = options;
  const named = listed.map((entry) => ({ name: callName(entry), schedule: entry.schedule }));
  const rungs = named.map(({ name, schedule }) => ({ name, sigmas: schedule.sigmas }));
  const parts = [
    ladder(rungs, trained, width),
    ...named.map(({ name, schedule }) => {
      const shown = allSteps || schedule.length <= MOST_STEPS;
      const count = schedule.length === 1 ? '1 step' : `${schedule.length} steps`;
      const heading = colours.bold(`${name}, ${count}`);
      const table = shown ? stepsTable(schedule, view) : ['--all-steps shows them.'];
      return [heading, ...table, ...viewSentences(schedule, view)];
    }),
    named.length > 1 ? distanceTable(named) : nearest(listed[0]!, presets),
  ];
  return parts.map((lines) => lines.join('\n')).join('\n\n');
}

function nearest(entry: ListedSchedule, presets: readonly NoiseSchedule[]): string[] {
  const found = nearestPreset(entry, presets);
  if (found === undefined) return [];
  return [
    `The nearest preset is ${found.name}: Δln σ is ${found.rms.toFixed(4)} (RMS) and ${found.largest.toFixed(4)} at most.`,
  ];
}
