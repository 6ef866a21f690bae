import { resolve } from 'node:path';
import { underClamp } from '../schedule/analysis/clamp.ts';
import { scheduleDistance } from '../schedule/analysis/distance.ts';
import { inFloat32 } from '../schedule/analysis/float32.ts';
import { analyseSteps } from '../schedule/analysis/steps.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { nearestPreset } from './distances.ts';
import { callName, type ListedSchedule } from './schedule-table.ts';
import type { View } from './schedule-view.ts';

/**
 * Listed schedules as JSON. `float32` and `underClamp` are there where asked for; given presets, so are `analysis`, the steps, and
 * `distances` to the others in their order, or `nearestPreset` of one alone.
 */
export function listedJson(
  listed: readonly ListedSchedule[],
  view: View,
  presets: readonly NoiseSchedule[] | undefined,
): unknown[] {
  return listed.map((entry) => {
    const { schedule, diagnostics, path, heldout, found } = entry;
    const others = listed.filter((other) => other !== entry);
    return {
      ...schedule.toJSON(),
      diagnostics,
      path: path && resolve(path),
      heldout,
      found,
      ...(view.precision === 'float32' ? { float32: inFloat32(schedule) } : {}),
      ...(view.clamp === undefined
        ? {}
        : { underClamp: { clamp: view.clamp, levels: underClamp(schedule, view.clamp) } }),
      ...(presets === undefined
        ? {}
        : {
            analysis: analyseSteps(schedule),
            ...(others.length > 0
              ? {
                  distances: others.map((other) => ({
                    name: callName(other),
                    ...scheduleDistance(schedule, other.schedule),
                  })),
                }
              : { nearestPreset: nearestPreset(entry, presets) }),
          }),
    };
  });
}
