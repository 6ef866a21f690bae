import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { writeFlac } from './flac-writer.ts';

const folder = mkdtempSync(join(tmpdir(), 'read-audio-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array | string): string {
  writeFileSync(join(folder, name), bytes);
  return join(folder, name);
}

describe('readAudio', () => {
  test('tells WAV and FLAC apart by their bytes, not their names', async () => {
    const flac = file('a.wav', writeFlac(Int16Array.of(16384, -16384)));
    const wav = file('a.flac', writeWav(Float32Array.of(0.5, -0.5), 22050, 'pcm16'));
    expect(await readAudio(flac)).toEqual(await readAudio(wav));
    expect([...(await readAudio(wav)).samples]).toEqual([0.5, -0.5]);
  });

  test.each([
    ['mp3', 'ID3\u0004'],
    ['rf64', 'RF64\uffff'],
    ['empty', ''],
    ['text', 'hello'],
  ])('refuses another kind of file, %s, with one sentence that names it', async (name, content) => {
    const path = file(name, content);
    const attempt = readAudio(path);
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(`${path}: expected a WAV or FLAC file, got a`);
  });

  test('refuses what is not there and what is not a file', async () => {
    await expect(readAudio(join(folder, 'missing.wav'))).rejects.toThrow(InputError);
    await expect(readAudio(folder)).rejects.toThrow('the recording cannot be read: it is a folder');
  });
});
