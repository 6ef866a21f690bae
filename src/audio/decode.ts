import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import type { Audio } from './audio.ts';
import { readFlac } from './flac.ts';
import { readWav } from './wav.ts';

/**
 * Reads a WAV or FLAC file, told apart by its first bytes and not by its name.
 *
 * @throws InputError if there is no such file, it is of another kind, damaged or empty
 */
export async function readAudio(path: string): Promise<Audio> {
  const bytes = await readInput(path, 'the recording');
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === 'RIFF') return readWav(bytes, path);
  if (magic === 'fLaC') return readFlac(bytes, path);
  const came = magic === 'RF64' ? 'a 64-bit RF64 file' : bytes.length === 0 ? 'an empty file' : 'another kind of file';
  throw new InputError(`${path}: expected a WAV or FLAC file, got ${came}`);
}
