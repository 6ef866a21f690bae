import type { Recording } from '../audio/audio.ts';
import { readAudio } from '../audio/decode.ts';
import { createMelFrontEnd } from '../audio/mel.ts';
import { checkMel } from '../audio/mel-check.ts';
import { readMel, type StoredMel } from '../audio/mel-file.ts';
import { resample } from '../audio/resample.ts';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import type { DataConfig } from '../model/config.ts';
import { dataMismatch } from '../model/data-mismatch.ts';

/** What speech is made of: a mel, or a recording by way of its mel. */
export interface Source {
  readonly kind: 'mel' | 'recording';
  readonly path: string;
}

/** A source as it is read. */
interface ReadSource {
  readonly mel: StoredMel;
  /** Mono, at the model's rate, with what it was before. */
  readonly recording?: { readonly samples: Float32Array; readonly about: Recording };
}

/** Reads a mel, or makes that of a recording, which is resampled to the model's rate; an InputError that begins with the path. */
export async function readSource({ kind, path }: Source, config: DataConfig): Promise<ReadSource> {
  if (kind === 'mel') return { mel: readMel(await readInput(path, 'the mel'), path) };
  const { samples: read, sampleRate, channels } = await readAudio(path);
  try {
    const samples = await resample(read, sampleRate, config.sample_rate);
    const mel = createMelFrontEnd(config).logMel(samples);
    return { mel, recording: { samples, about: { name: path, channels, sampleRate } } };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(`${path}: ${error.message}`, { cause: error });
  }
}

/** What is known of a source before speech is made of it. */
export interface CheckedSource {
  readonly frames: number;
  /** What does not fit the model and can be tried all the same, one sentence each. */
  readonly warnings: readonly string[];
  readonly recording?: Recording;
}

/**
 * Reads a source and checks it against what the model was trained on.
 *
 * @throws InputError with the path where it cannot be read, or the model cannot take it
 */
export async function checkSource(source: Source, config: DataConfig): Promise<CheckedSource> {
  const { mel, recording } = await readSource(source, config);
  // The mel of a recording was made with the model's own settings.
  if (recording !== undefined) return { frames: mel.frames, warnings: [], recording: recording.about };
  const { recordedConfig = {} } = mel;
  const found = [dataMismatch('the mel', recordedConfig, config), checkMel(mel, config)];
  const refusals = found.flatMap((each) => each.refusals);
  if (refusals.length > 0) throw new InputError(`${source.path}: ${refusals.join('; ')}`);
  return { frames: mel.frames, warnings: found.flatMap((each) => each.warnings) };
}
