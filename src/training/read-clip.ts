import type { Audio } from '../audio/audio.ts';
import { readAudio } from '../audio/decode.ts';
import { resample } from '../audio/resample.ts';
import { InputError } from '../formats/input-error.ts';
import { shownText } from '../formats/shown-text.ts';
import { decibels, type Level, measureLevel, SILENT_PEAK } from './clip-level.ts';

/** Why a recording cannot be trained on. */
export interface Refusal {
  readonly kind: 'refused';
  readonly why: 'unreadable' | 'not finite' | 'silent' | 'rate';
  /** What was expected and what came, without the path. */
  readonly message: string;
}

/** A recording that was read. */
export interface Inspected {
  readonly kind: 'inspected';
  readonly audio: Audio;
  readonly level: Level;
}

/** Reads a recording of any rate, or says why no training can use it. */
export async function inspectAudio(path: string): Promise<Inspected | Refusal> {
  const audio = await refusing(path, () => readAudio(path));
  if ('why' in audio) return audio;
  const level = measureLevel(audio.samples);
  return levelRefusal(level) ?? { kind: 'inspected', audio, level };
}

export interface ClipOptions {
  /** In Hz. */
  readonly sampleRate: number;
  /** Whether recordings of other rates are resampled; else they are refused. */
  readonly resample: boolean;
}

/** A recording at the rate of a training. */
export interface CheckedClip {
  readonly kind: 'clip';
  /** Mono. */
  readonly samples: Float32Array;
  /** What the file has. */
  readonly sampleRate: number;
  readonly channels: number;
}

/** Reads a recording as a training takes it, or says why it does not. */
export async function checkClip(path: string, options: ClipOptions): Promise<CheckedClip | Refusal> {
  const inspected = await inspectAudio(path);
  if (inspected.kind === 'refused') return inspected;
  const { samples: read, sampleRate, channels } = inspected.audio;
  if (sampleRate !== options.sampleRate && !options.resample) {
    return refusal('rate', `expected ${options.sampleRate} Hz, got ${sampleRate} Hz`);
  }
  if (sampleRate === options.sampleRate) return { kind: 'clip', samples: read, sampleRate, channels };
  const samples = await refusing(path, () => resample(read, sampleRate, options.sampleRate));
  if ('why' in samples) return samples;
  if (samples.length === 0) {
    return refusal(
      'unreadable',
      `expected audio, got ${read.length} samples at ${sampleRate} Hz, which resampled are none`,
    );
  }
  // What is left may all have been above half the lower rate, or be too large for float32.
  return levelRefusal(measureLevel(samples)) ?? { kind: 'clip', samples, sampleRate, channels };
}

/**
 * Reads a recording again that `readCorpus` has let pass.
 *
 * @param options as for the corpus
 * @param length the samples that it had then
 * @returns mono, at the corpus's rate
 * @throws InputError if the file has since gone or changed so that it is refused or has another length
 */
export async function readClip(path: string, options: ClipOptions, length?: number): Promise<Float32Array> {
  const clip = await checkClip(path, options);
  if (clip.kind === 'refused') throw new InputError(`${path}: ${clip.message}`);
  const { samples } = clip;
  if (length !== undefined && samples.length !== length) {
    throw new InputError(`${path}: expected ${length} samples as before, got ${samples.length}: the file was changed`);
  }
  return samples;
}

function levelRefusal({ peak }: Level): Refusal | undefined {
  if (!Number.isFinite(peak)) return refusal('not finite', 'expected finite samples, got one that is not');
  if (peak >= SILENT_PEAK) return undefined;
  const got = peak === 0 ? 'zeros alone' : `a peak of ${decibels(peak).toFixed(1)} dBFS`;
  return refusal('silent', `expected sound, got silence (${got})`);
}

function refusal(why: Refusal['why'], message: string): Refusal {
  return { kind: 'refused', why, message };
}

/** What `read` gives, or as a refusal what it says is wrong with the file. */
async function refusing<T extends object>(path: string, read: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const message = error.message.replace(`${shownText(path)}: `, '');
    // Readers of floats refuse such samples themselves.
    return refusal(message.startsWith('expected finite samples') ? 'not finite' : 'unreadable', message);
  }
}
