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
  /** Frames of a chunk. Only the last of a file may have fewer. */
  readonly length: number;
  /** Frames at an end of a chunk, within the file, that are computed and not kept. */
  readonly halo: number;
}

/** Long enough that halos cost little, and short enough that what is between layers stays near the cache. */
const CHUNK_FRAMES = 128;

/**
 * A network that is compiled for chunks of one length is 1.25 to 1.35 times as fast as one for any (full size, one thread of an AMD EPYC), so that
 * of a shorter rest less than this share is better off with the latter.
 */
const SHORT_REST = 0.75;

/** The chunks that a network's receptive field asks for. */
export function chunkSizes(config: WaveGradConfig): ChunkSizes {
  const halo = haloFrames(config);
  return { halo, length: Math.max(CHUNK_FRAMES, 8 * halo) };
}

/** The chunks of a file, in order: each frame is kept of one of them. */
export function chunksOf(frames: number, { length, halo }: ChunkSizes): Chunk[] {
  const chunks: Chunk[] = [];
  for (let from = 0; from < frames; from = chunks.at(-1)!.to) {
    const before = Math.max(0, from - halo);
    const rest = frames - before;
    const isLast = rest <= length;
    const start = isLast && rest > SHORT_REST * length ? Math.max(0, frames - length) : before;
    const size = Math.min(length, frames - start);
    chunks.push({ start, frames: size, from, to: isLast ? frames : start + size - halo });
  }
  return chunks;
}
