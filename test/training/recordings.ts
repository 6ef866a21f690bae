import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { noise } from '../audio/signals.ts';

/** A temporary folder for the recordings of a test file; the function writes one and returns its path. */
export function recordingFolder(): { folder: string; file: (name: string, bytes: Uint8Array | string) => string } {
  const folder = mkdtempSync(join(tmpdir(), 'recordings-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  return {
    folder,
    file(name, bytes) {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes);
      return path;
    },
  };
}

/** A WAV file of noise that differs with the seed. */
export function noiseWav(seed: number, { length = 3000, sampleRate = 22050, amplitude = 0.5 } = {}): Uint8Array {
  return writeWav(noise(length, amplitude, seed), sampleRate, 'float32');
}

/** A WAV file whose second sample is not a number. */
export function nanWav(): Uint8Array {
  return writeWav(Float32Array.of(0.5, Number.NaN, 0.5), 22050, 'float32');
}
