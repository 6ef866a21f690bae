import { readFile, stat } from 'node:fs/promises';
import { InputError } from '../formats/input-error.ts';
import type { Audio } from './audio.ts';
import { readFlac } from './flac.ts';
import { readWav } from './wav.ts';

/**
 * Reads a WAV or FLAC file, told apart by its first bytes and not by its name.
 *
 * @throws InputError if there is no such file, it is of another kind, damaged or empty
 */
export async function readAudio(path: string): Promise<Audio> {
  const bytes = await readRegularFile(path);
  const magic = String.fromCharCode(...bytes.subarray(0, 4));
  if (magic === 'RIFF') return readWav(bytes, path);
  if (magic === 'fLaC') return readFlac(bytes, path);
  const came = magic === 'RF64' ? 'a 64-bit RF64 file' : bytes.length === 0 ? 'an empty file' : 'another kind of file';
  throw new InputError(`${path}: expected a WAV or FLAC file, got ${came}`);
}

async function readRegularFile(path: string): Promise<Uint8Array> {
  try {
    // A pipe or a device might never end.
    if ((await stat(path)).isFile()) return await readFile(path);
  } catch (error) {
    throw new InputError(`${path}: expected a WAV or FLAC file, but it cannot be read (${(error as Error).message})`);
  }
  throw new InputError(`${path}: expected a WAV or FLAC file, got something that is not a regular file`);
}
