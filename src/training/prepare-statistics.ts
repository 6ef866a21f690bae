import type { Recording } from './prepare-choice.ts';

/** What recordings are like together; levels are amplitudes, 1 is full scale. */
export interface Statistics {
  readonly recordings: number;
  readonly seconds: number;
  /** Of single recordings, in seconds. */
  readonly shortest: number;
  readonly median: number;
  readonly longest: number;
  /** Of all samples. */
  readonly rms: number;
  /** The RMS of the quietest and of the loudest recording. */
  readonly quietest: number;
  readonly loudest: number;
  readonly peak: number;
}

/** The statistics of at least one recording. */
export function statistics(recordings: readonly Recording[]): Statistics {
  const seconds = recordings.map(({ length, sampleRate }) => length / sampleRate).toSorted((a, b) => a - b);
  const levels = recordings.map(({ rms }) => rms).toSorted((a, b) => a - b);
  const samples = sum(recordings.map(({ length }) => length));
  const squares = sum(recordings.map(({ length, rms }) => length * rms * rms));
  return {
    recordings: recordings.length,
    seconds: sum(seconds),
    shortest: seconds[0]!,
    median: (seconds[Math.floor((seconds.length - 1) / 2)]! + seconds[Math.floor(seconds.length / 2)]!) / 2,
    longest: seconds.at(-1)!,
    rms: Math.sqrt(squares / samples),
    quietest: levels[0]!,
    loudest: levels.at(-1)!,
    peak: recordings.reduce((most, { peak }) => Math.max(most, peak), 0),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
