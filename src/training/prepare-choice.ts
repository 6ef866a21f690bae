import type { Inspection } from './prepare-worker.ts';
import type { Refusal } from './read-clip.ts';

/** A recording that can be read. */
export interface Recording extends Omit<Inspection, 'kind'> {
  readonly path: string;
}

/** A recording that is in neither list. */
export interface LeftOut {
  readonly path: string;
  readonly why: Refusal['why'] | 'short' | 'long' | 'duplicate' | 'name';
  /** What was expected and what came. */
  readonly message: string;
}

export interface Limits {
  /** In Hz; default: the rate that most recordings have, the higher one of two that as many have. */
  readonly rate?: number;
  /** Shorter recordings are left out; default 0. */
  readonly minSeconds?: number;
  /** Longer recordings are left out; default: none. */
  readonly maxSeconds?: number;
}

export interface Choice {
  /** Of one rate, no two of them the same. */
  readonly chosen: readonly Recording[];
  readonly leftOut: readonly LeftOut[];
  /** In Hz; undefined where there is no recording. */
  readonly sampleRate: number | undefined;
  /** How many recordings have a rate, the most frequent first. */
  readonly rates: readonly (readonly [sampleRate: number, recordings: number])[];
}

/** Takes the recordings of one rate that lie within the limits; of those that sound the same, the first. */
export function chooseRecordings(recordings: readonly Recording[], limits: Limits): Choice {
  const { minSeconds = 0, maxSeconds = Number.POSITIVE_INFINITY } = limits;
  const rates = countRates(recordings);
  const sampleRate = limits.rate ?? rates[0]?.[0];
  const named = limits.rate === undefined ? ', as most recordings have' : '';
  const first = new Map<string, string>();
  const chosen: Recording[] = [];
  const leftOut: LeftOut[] = [];
  for (const recording of recordings) {
    const { path, hash } = recording;
    const seconds = recording.length / recording.sampleRate;
    const leave = (why: LeftOut['why'], message: string) => leftOut.push({ path, why, message });
    const same = first.get(hash);
    if (/[\r\n]/.test(path)) leave('name', 'expected a path that fits on a line, got one with a line break');
    else if (recording.sampleRate !== sampleRate) {
      leave('rate', `expected ${sampleRate} Hz${named}, got ${recording.sampleRate} Hz`);
    } else if (seconds < minSeconds) {
      leave('short', `expected at least ${minSeconds} s, got ${seconds.toFixed(2)} s`);
    } else if (seconds > maxSeconds) {
      leave('long', `expected at most ${maxSeconds} s, got ${seconds.toFixed(2)} s`);
    } else if (same !== undefined) {
      leave('duplicate', `expected another sound, got that of ${same}`);
    } else {
      first.set(hash, path);
      chosen.push(recording);
    }
  }
  return { chosen, leftOut, sampleRate, rates };
}

function countRates(recordings: readonly Recording[]): Choice['rates'] {
  const counts = countBy(recordings, ({ sampleRate }) => sampleRate);
  return counts.toSorted(([rateA, a], [rateB, b]) => b - a || rateB - rateA);
}

/** How often each key occurs, the most frequent first, then in the order of the items. */
export function countBy<T, K>(items: readonly T[], key: (item: T) => K): (readonly [key: K, count: number])[] {
  const counts = new Map<K, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}
