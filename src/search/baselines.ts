import { listPresets } from '../schedule/file.ts';
import { fibonacci } from '../schedule/generators/fibonacci.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { sameBetas } from './trial.ts';

/** The largest number of steps for which the reference's Fibonacci schedule stays below 1. */
const FIBONACCI_STEPS = 26;

/** What any search has to beat: what it starts from, every preset with that many steps, and the reference's Fibonacci schedule. */
export async function baselines(steps: number, starts: readonly NoiseSchedule[] = []): Promise<NoiseSchedule[]> {
  const presets = (await listPresets()).filter((preset) => preset.length === steps);
  const others = steps <= FIBONACCI_STEPS ? [...presets, fibonacci(1e-6, 9e-6, steps)] : presets;
  return [...starts, ...others.filter(({ betas }) => !starts.some((start) => sameBetas(start.betas, betas)))];
}
