import { readFileSync } from 'node:fs';

/** A file of test/audio/fixtures, made as its README says. */
export function fixture(name: string): Uint8Array {
  return new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));
}

/** Samples that ffmpeg decoded, little-endian float32 without a header. */
export function floatFixture(name: string): Float32Array {
  return new Float32Array(fixture(name).buffer);
}

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The tones of the compressed fixtures, mixed down; `stereo` has one on the left and a fainter one on the right. */
export function fixtureTone(stereo: boolean, sampleRate: number): Float32Array {
  return Float32Array.from({ length: sampleRate / 10 }, (_, i) => {
    const left = 0.5 * Math.sin((2 * Math.PI * 440 * i) / sampleRate);
    const right = 0.25 * Math.sin((2 * Math.PI * 1000 * i) / sampleRate);
    return stereo ? (left + right) / 2 : left;
  });
}

/** How far a recording is from what it should be, in decibels below the latter. */
export function errorDecibels(samples: Float32Array, expected: Float32Array): number {
  const power = expected.reduce((sum, x) => sum + x * x, 0);
  const error = expected.reduce((sum, x, i) => sum + (x - samples[i]!) ** 2, 0);
  return 10 * Math.log10(error / power);
}
