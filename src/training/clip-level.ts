/**
 * A recording whose peak is below this, −80 dBFS, is taken for silence: in 16 bits it holds three steps at most, which is what
 * dither alone makes.
 */
export const SILENT_PEAK = 1e-4;

/** How loud a recording is; 1 is full scale. */
export interface Level {
  /** The largest |sample|; not finite where a sample is not. */
  readonly peak: number;
  /** The root of the mean square. */
  readonly rms: number;
}

/** The level of a recording of at least one sample. */
export function measureLevel(samples: Float32Array): Level {
  let peak = 0;
  let squares = 0;
  for (const sample of samples) {
    const size = Math.abs(sample);
    // A comparison with NaN is false, and its square would only reach the sum.
    if (!(size <= peak)) peak = size;
    squares += sample * sample;
  }
  return { peak: Number.isFinite(squares) ? peak : Number.NaN, rms: Math.sqrt(squares / samples.length) };
}

/** Decibels relative to full scale: −∞ for 0. */
export function decibels(amplitude: number): number {
  return 20 * Math.log10(amplitude);
}
