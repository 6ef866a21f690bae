import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { fixture } from './bytes.ts';
import { writeFlac } from './flac-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-audio-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

const ADTS = '\u00ff\u00f1\u0050\u0080';
const LAYER_II = '\u00ff\u00fd\u0080\u0000';

describe('readAudio', () => {
  test.each([
    ['mono-22050.ogg', 22050, 1],
    ['stereo-44100-vbr.mp3', 44100, 2],
    ['mono-22050-untagged.mp3', 22050, 1],
    ['stereo-24.flac', 22050, 2],
    ['stereo-24.wav', 22050, 2],
  ] as const)('reads %s, whatever its name', async (name, sampleRate, channels) => {
    const audio = await readAudio(file('speech', fixture(name)));
    expect([audio.sampleRate, audio.channels]).toEqual([sampleRate, channels]);
    expect(audio.samples.length).toBeGreaterThanOrEqual(sampleRate / 10);
  });

  test('tells WAV and FLAC apart by their bytes, not their names', async () => {
    const flac = file('a.wav', writeFlac(Int16Array.of(16384, -16384)));
    const wav = file('a.flac', writeWav(Float32Array.of(0.5, -0.5), 22050, 'pcm16'));
    expect(await readAudio(flac)).toEqual(await readAudio(wav));
    expect([...(await readAudio(wav)).samples]).toEqual([0.5, -0.5]);
  });

  test.each([
    ['rf64', 'RF64\u00ff\u00ff', 'a 64-bit RF64 file'],
    ['rifx', 'RIFX', 'a big-endian RIFX file'],
    ['w64', 'riff\u002e\u0091', 'a Wave64 file'],
    ['aiff', 'FORM\0\0\0\0AIFF', 'an AIFF file'],
    ['au', '.snd', 'an AU file'],
    ['sph', 'NIST_1A', 'a NIST SPHERE file'],
    ['m4a', '\0\0\0\u000aftypM4A', 'an MP4 or M4A file'],
    ['aac', ADTS, 'MPEG audio of another layer'],
    ['mp2', LAYER_II, 'MPEG audio of another layer'],
    ['empty', '', 'an empty file'],
    ['text', 'hello', 'another kind of file'],
  ])('refuses another kind of file, %s, with one sentence that names it', async (name, content, came) => {
    const path = file(name, Buffer.from(content, 'latin1'));
    const attempt = readAudio(path);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(`${path}: expected a WAV, FLAC, Ogg Vorbis or MP3 file, got ${came}`);
  });

  test('refuses what is not there and what is not a file', async () => {
    await expect(readAudio(join(folder, 'missing.wav'))).rejects.toThrow(InputError);
    await expect(readAudio(folder)).rejects.toThrow('the recording cannot be read: it is a folder');
  });
});
