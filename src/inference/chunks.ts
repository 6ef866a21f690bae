import type { WaveGradConfig } from '../model/config.ts';
import { haloFrames } from '../model/halo.ts';

/** A part of a file that goes through the network at once; all numbers are frames of the file. */
export interface Chunk {
  /** Where it starts. */
  readonly start: number;
  readonly frames: number;
  /** What is kept of it: from this frame up to, but not with, the other one. */
  readonly from: number;
  readonly to: number;
}

/** How files are taken apart for a network. */
export interface ChunkSizes {
  /** Frames of a chunk. A file of fewer is one chunk of its own length. */
  readonly length: number;
  /** Frames at an end of a chunk, within the file, that are computed and not kept. */
  readonly halo: number;
}

/** Long enough that halos cost little, and short enough that what is between layers stays near the cache. */
const CHUNK_FRAMES = 128;

/** The chunks that a network's receptive field asks for. */
export function chunkSizes(config: WaveGradConfig): ChunkSizes {
  const halo = haloFrames(config);
  return { halo, length: Math.max(CHUNK_FRAMES, 8 * halo) };
}

/** The chunks of a file, in order: each frame is kept of one of them, and all are equally long. */
export function chunksOf(frames: number, { length, halo }: ChunkSizes): Chunk[] {
  if (frames <= length) return [{ start: 0, frames, from: 0, to: frames }];
  const chunks: Chunk[] = [];
  for (let from = 0; from < frames; from = chunks.at(-1)!.to) {
    const start = Math.min(Math.max(0, from - halo), frames - length);
    const end = start + length;
    chunks.push({ start, frames: length, from, to: end === frames ? frames : end - halo });
  }
  return chunks;
}
