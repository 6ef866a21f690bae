import type { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import type { Strategy } from './strategy.ts';

const GENERATION = 16;

/** Goes through a sequence of schedules in order, every stride-th of them. */
export function sequenceStrategy(
  sequence: { readonly length: number; at(index: number): NoiseSchedule },
  origin: (schedule: NoiseSchedule) => string,
  stride = 1,
): Strategy {
  const length = Math.ceil(sequence.length / stride);
  return {
    length,
    propose(generation) {
      const start = generation * GENERATION;
      return Array.from({ length: Math.max(0, Math.min(GENERATION, length - start)) }, (_, i) => {
        const schedule = sequence.at((start + i) * stride);
        return { betas: schedule.betas, origin: origin(schedule) };
      });
    },
  };
}
