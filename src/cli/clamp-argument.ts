import type { FoundSchedule } from '../schedule/file.ts';
import { CLAMPS, type Clamp, type NoiseSchedule } from '../schedule/noise-schedule.ts';
import { plain } from './plain-text.ts';

/** `--clamp` of commands that take a schedule and write one. */
export const CLAMP = {
  choices: CLAMPS,
  describe: 'The sampler clamp it is meant for [default: what its file says, else x0]',
} as const;

/** The schedule that was found, meant for another clamp where one is given. */
export function meantFor({ schedule }: FoundSchedule, clamp: Clamp | undefined): NoiseSchedule {
  return clamp === undefined ? schedule : schedule.with({ clamp });
}

/** One sentence where nothing says the clamp that is about to be recorded; else none. */
export function assumedClamp(from: string, { saysClamp, origin }: FoundSchedule, clamp: Clamp | undefined): string[] {
  if (saysClamp || clamp !== undefined) return [];
  const what = origin === 'list' ? 'A list' : plain(from);
  return [`${what} does not say the clamp; x0 is assumed, --clamp says another.`];
}
