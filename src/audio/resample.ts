import { InputError } from '../formats/input-error.ts';

/**
 * Changes a signal's sample rate with libsamplerate's best sinc converter; time and level stay as they are.
 *
 * @param samples mono
 * @param fromRate in Hz
 * @param toRate in Hz, at most 16 times more or less
 * @returns round(length · toRate / fromRate) samples; the very input if the rates are equal
 * @throws InputError if a rate is out of range
 */
export async function resample(samples: Float32Array, fromRate: number, toRate: number): Promise<Float32Array> {
  const ratio = toRate / fromRate;
  if (!(fromRate > 0 && toRate > 0 && ratio >= 1 / 16 && ratio <= 16)) {
    throw new InputError(
      `sample rate: expected two positive rates at most 16 times apart, got ${fromRate} Hz and ${toRate} Hz`,
    );
  }
  if (fromRate === toRate || samples.length === 0) return samples;
  // CommonJS: plain Node finds its exports under `default` alone, tsx beside it alone, test runners in both places.
  const library = await import('@alexanderolsen/libsamplerate-js');
  const { ConverterType, create } = library.default ?? library;
  const converter = await create(1, fromRate, toRate, { converterType: ConverterType.SRC_SINC_BEST_QUALITY });
  try {
    // The converter holds back the end of a long signal, up to half its filter: zeros push it out.
    const padded = new Float32Array(samples.length + Math.ceil(FILTER_REACH * Math.max(1, 1 / ratio)));
    padded.set(samples);
    const resampled = new Float32Array(Math.round(samples.length * ratio));
    resampled.set(converter.simple(padded).subarray(0, resampled.length));
    return resampled;
  } finally {
    converter.destroy();
  }
}

/** Samples of the lower rate on either side that the best sinc filter covers, 143 of them, with some to spare. */
const FILTER_REACH = 256;
