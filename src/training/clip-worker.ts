import { type ClipOptions, checkClip, type Refusal } from './read-clip.ts';

/** Read one recording for a corpus. */
export interface ClipTask extends ClipOptions {
  readonly path: string;
  /** Whether its samples are wanted, or only its length. */
  readonly keep: boolean;
}

/** What became of it. */
export type ClipResult =
  | Refusal
  | {
      readonly kind: 'clip';
      /** Samples at the corpus's rate. */
      readonly length: number;
      /** In memory that threads share. */
      readonly samples?: Float32Array;
      /** What the file has. */
      readonly sampleRate: number;
      readonly channels: number;
    };

/** The entry of every worker that reads recordings. */
export default async function work({ path, keep, ...options }: ClipTask): Promise<ClipResult> {
  const clip = await checkClip(path, options);
  if (clip.kind === 'refused') return clip;
  const { samples, ...about } = clip;
  return { ...about, length: samples.length, ...(keep ? { samples: shared(samples) } : {}) };
}

function shared(samples: Float32Array): Float32Array {
  const copy = new Float32Array(new SharedArrayBuffer(samples.byteLength));
  copy.set(samples);
  return copy;
}
