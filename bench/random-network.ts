import type { Graph } from '../src/graph/graph.ts';
import type { Tensor } from '../src/graph/operation.ts';
import type { WaveGradConfig } from '../src/model/config.ts';
import { fillNormal } from '../src/random/noise.ts';

export function normals(count: number, clip: number, scale: number): Float32Array {
  const out = new Float32Array(count);
  fillNormal(out, { seed: 0, purpose: 'scoring', clip, replicate: 0, k: 0 });
  return out.map((x) => x * scale);
}

/** Weights with which a signal keeps its size from layer to layer. */
export function randomWeights(graph: Graph): Map<string, Float32Array> {
  return new Map(
    graph.parameters().map(({ name, shape }, i) => {
      const [cout, ...fanIn] = shape;
      const inputs = fanIn.reduce((product, size) => product * size, 1);
      return [name, normals(cout! * inputs, i, 1 / Math.sqrt(inputs))];
    }),
  );
}

/** One row of the network's inputs, of so many frames. */
export function randomInputs({ data_config: data }: WaveGradConfig, frames: number) {
  const { n_mels: nMels, hop_length: hop } = data;
  return {
    mels: { data: normals(nMels * frames, 0, 1), shape: [1, nMels, frames] },
    signal: { data: normals(frames * hop, 1, 0.3), shape: [1, frames * hop] },
    noiseLevels: { data: Float32Array.of(0.5), shape: [1] },
  } satisfies Record<string, Tensor>;
}
