import type { PredictNoise } from '../diffusion/sampler.ts';
import type { DataConfig } from '../model/config.ts';
import type { Chunk } from './chunks.ts';

interface ChunkedOptions {
  /** The network for a chunk. */
  readonly networkFor: (chunk: Chunk) => PredictNoise;
  /** Of the one file that it is for. */
  readonly chunks: readonly Chunk[];
  readonly data: Pick<DataConfig, 'n_mels' | 'hop_length'>;
  /** Called before each evaluation of the network; what it throws ends the prediction. */
  readonly beforeCall: () => void;
  /** Called after each evaluation of the network. */
  readonly afterCall: () => void;
}

/**
 * A network that predicts the noise of a file in chunks, one after the other, and so in the memory of one. What it returns is overwritten by
 * the next prediction.
 */
export function chunkedNetwork({ networkFor, chunks, data, beforeCall, afterCall }: ChunkedOptions): PredictNoise {
  const { n_mels: nMels, hop_length: hop } = data;
  const frames = chunks.at(-1)!.to;
  const predicted = new Float32Array(frames * hop);
  return async ({ signal, mels, noiseLevels, batch }) => {
    for (const chunk of chunks) {
      beforeCall();
      const { start, from, to } = chunk;
      const part = await networkFor(chunk)({
        signal: signal.subarray(start * hop, (start + chunk.frames) * hop),
        // What the mels alone determine is kept as long as their array is: of one chunk for all steps, of many for no longer than a call.
        mels: chunks.length === 1 ? mels : melsOf(mels, chunk, nMels, frames),
        noiseLevels,
        batch,
      });
      predicted.set(part.subarray((from - start) * hop, (to - start) * hop), from * hop);
      afterCall();
    }
    return predicted;
  };
}

/** [nMels, frames] of the file → [nMels, frames] of the chunk. */
function melsOf(mels: Float32Array, { start, frames }: Chunk, nMels: number, of: number): Float32Array {
  const part = new Float32Array(nMels * frames);
  for (let band = 0; band < nMels; band++) {
    part.set(mels.subarray(band * of + start, band * of + start + frames), band * frames);
  }
  return part;
}
