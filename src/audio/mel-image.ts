import type { Image } from '../formats/png.ts';
import { MAGMA } from './colour-maps.ts';
import type { LogMel } from './mel.ts';

/** Rows of pixels between two spectrograms. */
const GAP = 4;
const WHITE = 255;
/** What colours mean: that of a value at or below `low`, to that of one at or above `high`. */
interface Colours {
  /** 256 colours of red, green and blue. */
  readonly map: Uint8Array;
  readonly low: number;
  readonly high: number;
}

/** Powers of ten between the darkest and the lightest colour at the most: the 80 dB of librosa.power_to_db's `top_db`. */
const MOST_RANGE = 8;

/**
 * Log mel spectrograms one above the other, the first at the top; time runs to the right, low bands are at the bottom.
 *
 * What lies beyond the colours has the first or the last of them; what is not finite is white, as is what surrounds the spectrograms.
 *
 * @param scale pixels a band and a frame, a whole number >= 1; default 3, which makes 80 bands 240 pixels high
 * @param colours default: those of the first, which is meant to be the recording, so that pictures of several steps can be compared
 */
export function melImage(
  mels: readonly [LogMel, ...LogMel[]],
  scale = 3,
  { map, low, high }: Colours = melColours(mels[0]),
): Image {
  const width = scale * Math.max(...mels.map(({ frames }) => frames));
  const height = mels.reduce((sum, { nMels }) => sum + scale * nMels, GAP * (mels.length - 1));
  const rgb = new Uint8Array(3 * width * height).fill(WHITE);
  let top = 0;
  for (const { data, nMels, frames } of mels) {
    for (let mel = 0; mel < nMels; mel++) {
      const begin = 3 * width * (top + scale * (nMels - 1 - mel));
      for (let x = 0; x < scale * frames; x++) {
        const value = data[mel * frames + Math.floor(x / scale)]!;
        if (!Number.isFinite(value)) continue;
        const share = (value - low) / (high - low || 1);
        const colour = 3 * Math.max(0, Math.min(255, Math.round(255 * share)));
        rgb.set(map.subarray(colour, colour + 3), begin + 3 * x);
      }
      for (let row = 1; row < scale; row++) rgb.copyWithin(begin + 3 * width * row, begin, begin + 3 * width);
    }
    top += scale * nMels + GAP;
  }
  return { width, height, rgb };
}

/** Magma from a spectrogram's least value, but at most 8 (80 dB) below its greatest, to its greatest. */
export function melColours({ data }: LogMel): Colours {
  let low = Infinity;
  let high = -Infinity;
  for (const value of data) {
    if (!Number.isFinite(value)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { map: MAGMA, low: Math.max(low, high - MOST_RANGE), high };
}
