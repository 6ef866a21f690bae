import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type Audio, type Recording, recordingRemarks } from '../audio/audio.ts';
import { readAudio } from '../audio/decode.ts';
import { AUDIO_FILE, findAudio, passedOverRemarks } from '../audio/filelist.ts';
import { resample } from '../audio/resample.ts';
import { InputError } from '../formats/input-error.ts';
import { uniforms } from '../random/noise.ts';

/** A crop of recorded audio used for scoring, at the model's rate. */
export interface Clip {
  readonly name: string;
  /** SHA-256 of the crop's samples, in hexadecimal. */
  readonly hash: string;
  /** A whole number of hops. */
  readonly samples: Float32Array;
}

export interface ClipOptions {
  readonly sampleRate: number;
  readonly hopSamples: number;
  /** Length of each crop; rounded down to whole hops. */
  readonly seconds: number;
  /** Clips to take. */
  readonly count: number;
  /** Decides which files are taken where there are more than needed. */
  readonly seed: number;
  /** Where a filelist's relative paths start, and below which its files must lie; default: its own folder. */
  readonly root?: string;
  /** File paths that must not be taken, because the other set has them. */
  readonly except?: ReadonlySet<string>;
  /** Whether as many others will be wanted from the same source, to verify on. */
  readonly othersWanted?: boolean;
}

export interface ClipSet {
  readonly clips: readonly Clip[];
  /** The files the clips come from. */
  readonly files: ReadonlySet<string>;
  /** What a user should know of them, one sentence each: files passed over, mixed down to one channel, below the model's rate. */
  readonly remarks: readonly string[];
}

/** Below this RMS, −60 dBFS, a crop is taken for silence, on which a distance between log spectra says nothing. */
const SILENT_RMS = 1e-3;

/**
 * Takes scoring clips from a folder, a filelist or one file of recordings (`listAudio` says which): the middle of each file,
 * resampled to the model's rate. Each file is taken once; those too short or silent there, or with the same sound as one that was
 * taken, are passed over.
 * Throws an InputError where a file cannot be read or not enough clips remain.
 */
export async function loadClips(source: string, options: ClipOptions): Promise<ClipSet> {
  const { sampleRate, hopSamples, seconds, count, seed, except, othersWanted = false } = options;
  const length = Math.floor((seconds * sampleRate) / hopSamples) * hopSamples;
  if (length === 0) {
    throw new InputError(`clips of ${seconds} s are shorter than one hop of ${hopSamples} samples at ${sampleRate} Hz`);
  }
  const listed = await findAudio(source, { root: options.root });
  const distinct = [...new Set(listed.files)];
  const found = distinct.filter((file) => !except?.has(file));
  const taken = distinct.length - found.length;
  const passedOver: string[] = [];
  const clips: Clip[] = [];
  const files = new Set<string>();
  const recordings: Recording[] = [];
  for (const file of found.length > count ? shuffled(found, seed) : found) {
    if (clips.length === count) break;
    const audio = await readAudio(file);
    const samples = await middle(audio, sampleRate, length, file);
    if (samples === undefined) {
      passedOver.push(`${basename(file)} lasts ${(audio.samples.length / audio.sampleRate).toFixed(2)} s`);
      continue;
    }
    if (rms(samples) < SILENT_RMS) {
      passedOver.push(`${basename(file)} is silent in the middle`);
      continue;
    }
    const hash = createHash('sha256').update(new Uint8Array(samples.buffer)).digest('hex');
    const same = clips.find((clip) => clip.hash === hash);
    if (same !== undefined) {
      passedOver.push(`${basename(file)} is the same recording as ${same.name}`);
      continue;
    }
    clips.push({ name: basename(file).replace(AUDIO_FILE, ''), hash, samples });
    files.add(file);
    recordings.push({ name: basename(file), channels: audio.channels, sampleRate: audio.sampleRate });
  }
  if (clips.length < count) {
    if (othersWanted || taken > 0) throw tooFewForBoth(source, options, clips.length + taken, passedOver);
    const rest = except?.size ? ' beside the scoring clips' : '';
    const why = reasons(passedOver);
    throw new InputError(
      `${source}: ${count} clips of ${seconds} s were expected${rest}, got ${clips.length} of ${found.length} files${why}; --clip-count and --clip-seconds ask for less`,
    );
  }
  const remarks = [...passedOverRemarks(listed.passedOver), ...recordingRemarks(recordings, sampleRate)];
  return { clips, files, remarks };
}

/** That one source has too few files to score on and to verify on. */
function tooFewForBoth(
  source: string,
  { count, seconds }: ClipOptions,
  usable: number,
  passedOver: readonly string[],
): InputError {
  const [clips, files] = [count === 1 ? 'clip' : 'clips', usable === 1 ? 'file' : 'files'];
  const half = Math.floor(usable / 2);
  const advice =
    half > 0
      ? `--clip-count ${half} fits, or --heldout names others`
      : usable === 1
        ? '--clip-count 1 fits where --heldout names others'
        : '--clip-seconds asks for less';
  return new InputError(
    `${source}: ${count} ${clips} of ${seconds} s to score on and as many others to verify on were expected, got ${usable} usable ${files}${reasons(passedOver)}; ${advice}`,
  );
}

/** Why files were passed over, for the end of a clause. */
function reasons(passedOver: readonly string[]): string {
  return passedOver.length > 0 ? ` (${passedOver.slice(0, 3).join(', ')})` : '';
}

/** The middle `length` samples of a recording at another rate, or undefined where it is shorter. */
async function middle(audio: Audio, toRate: number, length: number, file: string): Promise<Float32Array | undefined> {
  const { samples, sampleRate } = audio;
  if (Math.floor((samples.length * toRate) / sampleRate) < length) return undefined;
  const wanted = Math.ceil((length * sampleRate) / toRate);
  // No more is resampled than is used, and what lies beside it for the filter to see.
  const begin = Math.max(0, Math.floor((samples.length - wanted) / 2 - MARGIN_SECONDS * sampleRate));
  const part = samples.subarray(begin, samples.length - begin);
  try {
    const resampled = await resample(part, sampleRate, toRate);
    const start = Math.floor((resampled.length - length) / 2);
    return resampled.slice(start, start + length);
  } catch (error) {
    throw new InputError(`${file}: ${(error as Error).message}`, { cause: error });
  }
}

const MARGIN_SECONDS = 0.25;

/** Fisher and Yates' shuffle, the same for the same seed. */
function shuffled(files: readonly string[], seed: number): string[] {
  const order = [...files];
  const draws = uniforms(order.length, { seed, purpose: 'clips', clip: 0, replicate: 0, k: 0 });
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(draws[i]! * (i + 1));
    [order[i], order[j]] = [order[j]!, order[i]!];
  }
  return order;
}

function rms(samples: Float32Array): number {
  return Math.sqrt(samples.reduce((sum, x) => sum + x * x, 0) / samples.length);
}
