/** Decoded sound. */
export interface Audio {
  /** Mono: the mean of the file's channels; 1 is full scale. */
  samples: Float32Array;
  /** In Hz. */
  sampleRate: number;
  /** How many channels the file had. */
  channels: number;
}
