import { workerEntry } from '../pool/worker-entry.ts';
import { workOnFiles } from './clip-pool.ts';
import { chooseRecordings, type LeftOut, type Limits, type Recording } from './prepare-choice.ts';
import { shortage } from './prepare-shortage.ts';
import { type Split, splitRecordings, type TestSize } from './prepare-split.ts';
import type { Inspection } from './prepare-worker.ts';
import type { Refusal } from './read-clip.ts';

export interface PrepareOptions extends Limits {
  /** What the recordings were found in, for messages. */
  readonly source: string;
  readonly tested?: TestSize;
  /** 0 ≤ seed < 2^53. */
  readonly seed: number;
  /** Threads that read. */
  readonly jobs: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at before each file. */
  readonly isCancelled?: () => boolean;
}

/** Recordings to train on, those to test on, and the rest. */
export interface Prepared extends Split {
  /** Of all that were taken, in Hz. */
  readonly sampleRate: number;
  /** How many of the readable recordings have a rate, the most frequent first. */
  readonly rates: readonly (readonly [sampleRate: number, recordings: number])[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * Reads all recordings, leaves out what no training could use, and splits the rest. The result depends on the files and the seed
 * alone.
 *
 * @param paths absolute; each is looked at once
 * @returns undefined where cancelled
 * @throws InputError where too few remain, which says why and what to do
 */
export async function prepareRecordings(
  paths: readonly string[],
  options: PrepareOptions,
): Promise<Prepared | undefined> {
  const { source, tested, seed, jobs, onProgress, isCancelled } = options;
  const distinct = [...new Set(paths)];
  const found = new Map<string, Inspection | Refusal>();
  const isWhole = await workOnFiles<string, Inspection | Refusal>(distinct, {
    entry: workerEntry('prepare-worker', import.meta.url),
    jobs,
    task: (path) => path,
    take(path, result) {
      found.set(path, result);
      return false;
    },
    onProgress,
    isCancelled,
  });
  if (!isWhole) return undefined;
  const { recordings, refused } = sorted(distinct, found);
  const { chosen, leftOut, sampleRate, rates } = chooseRecordings(recordings, options);
  const all = [...refused, ...leftOut];
  const split = splitRecordings(chosen, tested, seed);
  if (split === undefined) throw shortage(source, { usable: chosen.length, leftOut: all, tested, rates });
  return { ...split, sampleRate: sampleRate!, rates, leftOut: all };
}

function sorted(
  paths: readonly string[],
  found: ReadonlyMap<string, Inspection | Refusal>,
): { recordings: Recording[]; refused: LeftOut[] } {
  const recordings: Recording[] = [];
  const refused: LeftOut[] = [];
  for (const path of paths) {
    const { kind, ...result } = found.get(path)!;
    if (kind === 'refused') refused.push({ path, ...(result as Omit<Refusal, 'kind'>) });
    else recordings.push({ path, ...(result as Omit<Inspection, 'kind'>) });
  }
  return { recordings, refused };
}
