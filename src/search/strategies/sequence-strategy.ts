import type { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import type { Strategy } from './strategy.ts';

const GENERATION = 16;

interface SequenceOptions {
  readonly origin: (schedule: NoiseSchedule) => string;
  /** Takes every stride-th schedule. Default 1. */
  readonly stride?: number;
  /** Tried before the sequence. Default: none. */
  readonly starts?: readonly NoiseSchedule[];
}

/** Goes through a sequence of schedules in order, after those to start with. */
export function sequenceStrategy(
  sequence: { readonly length: number; at(index: number): NoiseSchedule },
  { origin, stride = 1, starts = [] }: SequenceOptions,
): Strategy {
  const length = starts.length + Math.ceil(sequence.length / stride);
  const candidate = (index: number) => {
    const start = starts[index];
    if (start !== undefined) return { betas: start.betas, origin: start.name };
    const schedule = sequence.at((index - starts.length) * stride);
    return { betas: schedule.betas, origin: origin(schedule) };
  };
  return {
    length,
    async run({ evaluate }) {
      let before: Promise<unknown> | undefined;
      for (let first = 0; first < length; first += GENERATION) {
        // Asked for while the one before is under way, so that no worker waits for the end of a generation.
        const generation = evaluate(
          Array.from({ length: Math.min(GENERATION, length - first) }, (_, i) => candidate(first + i)),
        );
        await before;
        before = generation;
      }
      await before;
    },
  };
}
