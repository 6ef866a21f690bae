import FFT from 'fft.js';
import { InputError } from '../formats/input-error.ts';

/** Sizes of a short-time Fourier transform, in samples. */
export interface StftConfig {
  /** A power of two, at least 2. */
  nFft: number;
  hopLength: number;
  /** At most nFft; the window is centred in it, with zeros around. */
  winLength: number;
}

/** A short-time Fourier transform that is planned once and allocates nothing per frame. */
export interface Stft {
  /** nFft / 2 + 1. */
  nBins: number;
  /**
   * The number of frames, 1 + floor(sampleCount / hopLength): one is centred on every hopLength-th sample.
   *
   * @throws InputError if the signal is too short to be reflected, below nFft / 2 + 1 samples
   */
  frameCount(sampleCount: number): number;
  /** Writes |X|² of one frame to `power`, of nBins elements, from 0 Hz up to half the sample rate. */
  powerSpectrum(samples: Float32Array, frame: number, power: Float64Array): void;
}

/**
 * Plans torch.stft as torchaudio calls it: periodic Hann window, frames centred, edges reflected, not normalised.
 *
 * @throws InputError if a size is out of range
 */
export function createStft({ nFft, hopLength, winLength }: StftConfig): Stft {
  if (!Number.isInteger(Math.log2(nFft)) || nFft < 2) {
    throw new InputError(`n_fft: expected a power of two, got ${nFft}`);
  }
  if (!Number.isInteger(hopLength) || hopLength < 1) {
    throw new InputError(`hop_length: expected a positive integer, got ${hopLength}`);
  }
  if (!Number.isInteger(winLength) || winLength < 1 || winLength > nFft) {
    throw new InputError(`win_length: expected an integer from 1 to n_fft = ${nFft}, got ${winLength}`);
  }
  const half = nFft / 2;
  const fft = new FFT(nFft);
  const windowed = new Float64Array(nFft);
  const spectrum = new Float64Array(2 * nFft);
  const window = periodicHann(winLength);
  const windowStart = Math.floor((nFft - winLength) / 2);

  return {
    nBins: half + 1,
    frameCount(sampleCount) {
      if (sampleCount <= half) {
        throw new InputError(
          `audio: expected at least ${half + 1} samples, so that n_fft = ${nFft} fits at the edges, got ${sampleCount}`,
        );
      }
      return 1 + Math.floor(sampleCount / hopLength);
    },
    powerSpectrum(samples, frame, power) {
      const last = samples.length - 1;
      const start = frame * hopLength - half + windowStart;
      for (let i = 0; i < winLength; i++) {
        let at = Math.abs(start + i);
        if (at > last) at = 2 * last - at;
        windowed[windowStart + i] = window[i]! * samples[at]!;
      }
      // Two frames in one complex transform would be faster, but a silent frame must come out as exactly 0, and there
      // it takes rounding errors from its neighbour.
      fft.realTransform(spectrum, windowed);
      for (let bin = 0; bin <= half; bin++) {
        power[bin] = spectrum[2 * bin]! ** 2 + spectrum[2 * bin + 1]! ** 2;
      }
    },
  };
}

function periodicHann(length: number): Float64Array {
  return Float64Array.from({ length }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / length));
}
