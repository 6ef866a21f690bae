import { InputError } from '../formats/input-error.ts';
import { HTK, type MelFilter, triangles } from './mel-filters.ts';
import { createStft } from './stft.ts';

/** The mel front end's settings, under the names of config.json's `data_config`. */
export interface MelConfig {
  /** In Hz. */
  sample_rate: number;
  /** In samples, a power of two. */
  n_fft: number;
  /** In samples, at most n_fft. */
  win_length: number;
  /** In samples. */
  hop_length: number;
  /** In Hz. */
  f_min: number;
  /** In Hz, above f_min. */
  f_max: number;
  n_mels: number;
  /** The least mel power that counts; without it silence is 0, as in the reference. */
  mel_floor?: number | undefined;
}

/**
 * What log10 of a silent band is: `zero` replaces -Infinity by 0, as the reference does, which makes silence as loud as
 * power 1; a floor is the least power that counts.
 */
export type SilenceRule = 'zero' | { floor: number };

/** A log10 mel spectrogram. */
export interface LogMel {
  /** [nMels, frames], row-major. */
  data: Float32Array;
  nMels: number;
  frames: number;
}

/** A mel front end whose tables are made once. */
export interface MelFrontEnd {
  /**
   * How many frames so many samples make: floor(sampleCount / hop_length), the last one being dropped.
   *
   * @throws InputError if they are fewer than max(n_fft / 2 + 1, hop_length)
   */
  frameCount(sampleCount: number): number;
  /**
   * The log10 mel spectrogram of a signal.
   *
   * @param silence default: what the config's `mel_floor` says
   * @throws InputError where `frameCount` does
   */
  logMel(samples: Float32Array, silence?: SilenceRule): LogMel;
}

/**
 * torchaudio's MelSpectrogram with its defaults (power spectrum, HTK scale, no normalisation), then log10.
 *
 * @throws InputError if a setting is out of range
 */
export function createMelFrontEnd(config: MelConfig): MelFrontEnd {
  const stft = createStft({ nFft: config.n_fft, hopLength: config.hop_length, winLength: config.win_length });
  const filters = melFilters(config);
  const power = new Float64Array(stft.nBins);
  const nMels = filters.length;
  const ownRule = config.mel_floor === undefined ? 'zero' : { floor: config.mel_floor };

  function frameCount(sampleCount: number): number {
    const frames = stft.frameCount(sampleCount) - 1;
    if (frames > 0) return frames;
    throw new InputError(
      `audio: expected at least one hop of ${config.hop_length} samples, got ${sampleCount} samples`,
    );
  }

  return {
    frameCount,
    logMel(samples, silence = ownRule) {
      const frames = frameCount(samples.length);
      const floor = silence === 'zero' ? 0 : silence.floor;
      const data = new Float32Array(nMels * frames);
      for (let frame = 0; frame < frames; frame++) {
        stft.powerSpectrum(samples, frame, power);
        for (let mel = 0; mel < nMels; mel++) {
          const { firstBin, weights } = filters[mel]!;
          let sum = 0;
          for (let i = 0; i < weights.length; i++) sum += weights[i]! * power[firstBin + i]!;
          // The reference's power is a float32: what is too small for one is silence.
          const value = Math.log10(Math.max(Math.fround(sum), floor));
          data[mel * frames + frame] = value === -Infinity ? 0 : value;
        }
      }
      return { data, nMels, frames };
    },
  };
}

/**
 * The log10 mel spectrogram of a signal; nothing is padded but the reflection at its ends.
 *
 * @param audio mono, at config.sample_rate
 * @param options.silence default: what the config's `mel_floor` says, or `zero`, the reference's rule
 * @returns data [n_mels, floor(samples / hop_length)]
 * @throws InputError if a setting is out of range or the signal too short
 */
export async function logMel(
  audio: Float32Array,
  config: MelConfig,
  options: { silence?: SilenceRule } = {},
): Promise<LogMel> {
  return createMelFrontEnd(config).logMel(audio, options.silence);
}

/**
 * torchaudio.functional.melscale_fbanks with mel_scale 'htk' and norm None.
 *
 * @throws InputError if a setting is out of range
 */
export function melFilters({ sample_rate, n_fft, f_min, f_max, n_mels }: MelConfig): MelFilter[] {
  if (!Number.isInteger(n_mels) || n_mels < 1) {
    throw new InputError(`n_mels: expected a positive integer, got ${n_mels}`);
  }
  if (!(f_min >= 0 && f_max > f_min && f_max <= sample_rate / 2)) {
    throw new InputError(
      `f_min, f_max: expected 0 <= f_min < f_max <= sample_rate / 2 = ${sample_rate / 2}, got ${f_min} and ${f_max}`,
    );
  }
  const lowest = HTK.toMel(f_min);
  const step = (HTK.toMel(f_max) - lowest) / (n_mels + 1);
  const edges = Array.from({ length: n_mels + 2 }, (_, i) => HTK.toHertz(lowest + i * step));
  // torchaudio spreads the bins over sample_rate // 2, an integer, which is not half of an odd rate.
  return triangles(edges, Math.floor(sample_rate / 2) / (n_fft / 2), n_fft / 2);
}
