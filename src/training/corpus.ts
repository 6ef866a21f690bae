import { InputError } from '../formats/input-error.ts';
import { workerEntry } from '../pool/worker-entry.ts';
import { workOnFiles } from './clip-pool.ts';
import type { ClipResult, ClipTask } from './clip-worker.ts';
import type { ClipOptions, Refusal } from './read-clip.ts';

/** A recording that is trained on. */
export interface Clip {
  readonly path: string;
  /** Samples at the corpus's rate. */
  readonly length: number;
  /** Mono, at the corpus's rate, in memory that threads share; without them `readClip` reads the file again. */
  readonly samples?: Float32Array;
  /** The file's own rate in Hz, and how many channels were mixed down. */
  readonly sampleRate: number;
  readonly channels: number;
}

export interface CorpusOptions extends ClipOptions {
  /** Threads that read. */
  readonly jobs: number;
  /** The most that is kept in memory, in bytes of 4 a sample; default: half of what the machine has free. */
  readonly keepBytes?: number;
  readonly onProgress?: (done: number, total: number) => void;
  /** Looked at before each file. */
  readonly isCancelled?: () => boolean;
}

/** How many refused recordings a message says more of than their number. */
const MOST_SAID = 3;

/** A list of which so many were refused is not read to its end. */
const MOST_REFUSED = 100;

/**
 * Reads and checks the recordings of a filelist in worker threads: WAV, FLAC, Ogg Vorbis or MP3, mixed down to one channel.
 * Once one does not fit into `keepBytes`, only lengths are kept; from which one on depends on the order in which they were read, so
 * nothing but speed may depend on it. A path that occurs twice is read once.
 *
 * @returns in the order of `paths`; undefined where cancelled
 * @throws InputError that names the recordings which cannot be trained on and why: unreadable, with samples that are not finite,
 * silent (peak below −80 dBFS), or of another rate where `resample` is false
 */
export async function readCorpus(paths: readonly string[], options: CorpusOptions): Promise<Clip[] | undefined> {
  const { sampleRate, resample, jobs, keepBytes = freeBytes() / 2, onProgress, isCancelled } = options;
  const distinct = [...new Set(paths)];
  const clips = new Map<string, Clip>();
  const refused = new Map<string, Refusal>();
  let keptBytes = 0;
  let isFull = keepBytes <= 0;

  const isWhole = await workOnFiles<ClipTask, ClipResult>(distinct, {
    entry: workerEntry('clip-worker', import.meta.url),
    jobs,
    task: (path) => ({ path, sampleRate, resample, keep: !isFull }),
    take(path, result) {
      if (result.kind === 'refused') {
        refused.set(path, result);
        return refused.size >= MOST_REFUSED;
      }
      const { kind: _, samples, ...about } = result;
      const fits = samples !== undefined && !isFull && keptBytes + samples.byteLength <= keepBytes;
      if (fits) keptBytes += samples.byteLength;
      else isFull = true;
      clips.set(path, { path, ...about, ...(fits ? { samples } : {}) });
      return false;
    },
    onProgress,
    isCancelled,
  });
  if (!isWhole) return undefined;
  if (refused.size > 0) throw refusalOf(distinct, refused);
  return paths.map((path) => clips.get(path)!);
}

/** Memory that can be had without swapping, in bytes; in a container, its share. */
function freeBytes(): number {
  return process.availableMemory();
}

/** All that is wrong with a list, in one sentence. */
function refusalOf(paths: readonly string[], refused: ReadonlyMap<string, Refusal>): InputError {
  // Threads that were reading when the last of so many was found may have added to them.
  const bad = paths.filter((path) => refused.has(path)).slice(0, MOST_REFUSED);
  const said = bad.slice(0, MOST_SAID).map((path) => `${path}: ${refused.get(path)!.message}`);
  const more = bad.length - said.length;
  if (more > 0) said.push(`and ${bad.length === MOST_REFUSED ? 'at least ' : ''}${more} more`);
  if (bad.some((path) => refused.get(path)!.why === 'rate')) said.push('--resample takes other rates');
  return new InputError(said.join('; '));
}
