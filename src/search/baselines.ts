import { listPresets } from '../schedule/file.ts';
import { fibonacci } from '../schedule/generators/fibonacci.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';

/** The largest number of steps for which the reference's Fibonacci schedule stays below 1. */
const FIBONACCI_STEPS = 26;

/** What any search has to beat: every preset with that many steps, and the reference's Fibonacci schedule. */
export async function baselines(steps: number): Promise<NoiseSchedule[]> {
  const presets = (await listPresets()).filter((preset) => preset.length === steps);
  return steps <= FIBONACCI_STEPS ? [...presets, fibonacci(1e-6, 9e-6, steps)] : presets;
}
