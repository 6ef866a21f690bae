import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import type { Audio } from './audio.ts';
import { readFlac } from './flac.ts';
import { readMp3, startsLikeMp3 } from './mp3.ts';
import { readOgg } from './ogg.ts';
import { readWav } from './wav.ts';

/** What else a user may take for one of these: the bytes it starts with, and its name. */
const OTHER_KINDS: readonly (readonly [start: RegExp, name: string])[] = [
  [/^$/, 'an empty file'],
  [/^(RF64|BW64)/, 'a 64-bit RF64 file'],
  [/^RIFX/, 'a big-endian RIFX file'],
  [/^riff/, 'a Wave64 file'],
  [/^FORM/, 'an AIFF file'],
  [/^\.snd/, 'an AU file'],
  [/^NIST/, 'a NIST SPHERE file'],
  [/^....ftyp/s, 'an MP4 or M4A file'],
  [/^\xff[\xe2-\xff]/, 'MPEG audio of another layer or without frames that follow each other'],
];

/**
 * Reads a WAV, FLAC, Ogg Vorbis or MP3 file, told apart by their first bytes and not by their name.
 *
 * @throws InputError if there is no such file, it is of another kind, damaged or empty
 */
export async function readAudio(path: string): Promise<Audio> {
  const bytes = await readInput(path, 'the recording');
  const start = String.fromCharCode(...bytes.subarray(0, 8));
  if (start.startsWith('RIFF')) return readWav(bytes, path);
  if (start.startsWith('fLaC')) return readFlac(bytes, path);
  if (start.startsWith('OggS')) return readOgg(bytes, path);
  if (startsLikeMp3(bytes)) return readMp3(bytes, path);
  const came = OTHER_KINDS.find(([magic]) => magic.test(start))?.[1] ?? 'another kind of file';
  throw new InputError(`${path}: expected a WAV, FLAC, Ogg Vorbis or MP3 file, got ${came}`);
}
