/** One band's weights of the bins of a spectrum, without those that are zero. */
export interface MelFilter {
  readonly firstBin: number;
  readonly weights: Float64Array;
}

/** HTK's mel scale. */
export const HTK = {
  toMel: (hertz: number) => 2595 * Math.log10(1 + hertz / 700),
  toHertz: (mel: number) => 700 * (10 ** (mel / 2595) - 1),
} as const;

/**
 * A triangle for each band, from the edge below it up to its own and down to the one above it, as
 * torchaudio.functional.melscale_fbanks and librosa.filters.mel have them.
 *
 * @param edges in Hz, rising, two more than there are bands
 * @param binHertz how far apart the bins are
 * @param lastBin that of half the sample rate
 * @param areaNormalised whether each has an area of 1, over Hz, or a height of 1
 */
export function triangles(
  edges: readonly number[],
  binHertz: number,
  lastBin: number,
  areaNormalised = false,
): MelFilter[] {
  return edges.slice(2).map((high, band) => {
    const [low, centre] = [edges[band]!, edges[band + 1]!];
    const firstBin = Math.ceil(low / binHertz);
    const bins = Math.min(Math.floor(high / binHertz), lastBin) - firstBin + 1;
    const peak = areaNormalised ? 2 / (high - low) : 1;
    const weights = Float64Array.from({ length: Math.max(0, bins) }, (_, i) => {
      const hertz = (firstBin + i) * binHertz;
      return peak * Math.max(0, Math.min((hertz - low) / (centre - low), (high - hertz) / (high - centre)));
    });
    return { firstBin, weights };
  });
}
