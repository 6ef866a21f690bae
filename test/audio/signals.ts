import { readFileSync } from 'node:fs';
import type { MelConfig } from '../../src/audio/mel.ts';

/** The front end of test/fixtures/reference-tiny. */
export const MEL_CONFIG: MelConfig = {
  sample_rate: 22050,
  n_fft: 1024,
  win_length: 1024,
  hop_length: 300,
  f_min: 80,
  f_max: 8000,
  n_mels: 80,
};

interface GoldenTensor {
  shape: number[];
  data: number[];
}

/** A tensor of golden.json, which the reference implementation wrote. */
export function golden(name: string): GoldenTensor {
  const url = new URL('../fixtures/reference-tiny/golden.json', import.meta.url);
  return (JSON.parse(readFileSync(url, 'utf8')) as Record<string, GoldenTensor>)[name]!;
}

export function sine(hertz: number, sampleRate: number, length: number, amplitude = 0.5): Float32Array {
  return Float32Array.from({ length }, (_, i) => amplitude * Math.sin((2 * Math.PI * hertz * i) / sampleRate));
}

/** Uniform noise in [-amplitude, amplitude) that is the same at every run (a 32-bit linear congruential generator). */
export function noise(length: number, amplitude = 0.5, seed = 1): Float32Array {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return amplitude * (state / 2 ** 31 - 1);
  });
}

/** |DFT|² of one frame from 0 to half the rate, from the definition. */
function naivePower(frame: ArrayLike<number>): number[] {
  const n = frame.length;
  return Array.from({ length: n / 2 + 1 }, (_, bin) => {
    let re = 0;
    let im = 0;
    for (let i = 0; i < n; i++) {
      re += frame[i]! * Math.cos((2 * Math.PI * bin * i) / n);
      im -= frame[i]! * Math.sin((2 * Math.PI * bin * i) / n);
    }
    return re * re + im * im;
  });
}

/** torch.stft's frames, by padding the signal and the window as its documentation says. */
export function naiveStft(samples: Float32Array, nFft: number, hop: number, win: number): number[][] {
  const half = nFft / 2;
  const head = Array.from(samples.subarray(1, half + 1)).reverse();
  const tail = Array.from(samples.subarray(samples.length - 1 - half, samples.length - 1)).reverse();
  const padded = [...head, ...samples, ...tail];
  const window = Array.from({ length: nFft }, () => 0);
  const left = Math.floor((nFft - win) / 2);
  for (let i = 0; i < win; i++) window[left + i] = Math.sin((Math.PI * i) / win) ** 2;
  return Array.from({ length: 1 + Math.floor(samples.length / hop) }, (_, t) =>
    naivePower(window.map((w, i) => w * padded[t * hop + i]!)),
  );
}

export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let largest = a.length === b.length ? 0 : Number.POSITIVE_INFINITY;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i]! - b[i]!));
  return largest;
}
