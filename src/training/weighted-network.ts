import type { PredictNoise } from '../diffusion/sampler.ts';
import { compile } from '../engine/compile.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import type { WaveGradConfig } from '../model/config.ts';
import { buildWaveGrad } from '../model/wavegrad.ts';
import { networkLayout, parameterTensors } from './parameters.ts';

/** A network whose weights change between its evaluations. */
export interface WeightedNetwork {
  readonly predictNoise: PredictNoise;
  /** Takes other weights, all parameters in their order, as a copy. */
  load(weights: Float32Array): void;
  dispose(): Promise<void>;
}

/** Makes a network ready to run with weights that are given later. */
export async function createWeightedNetwork(config: WaveGradConfig, options: EngineOptions): Promise<WeightedNetwork> {
  const graph = convolveBeforeUpsampling(buildWaveGrad(config));
  const layout = networkLayout(config);
  const program = await compile(graph, 'inputs', options);
  const weights = new Float32Array(layout.length);
  const inputs = parameterTensors(weights, layout);
  const { n_mels: nMels } = config.data_config;
  return {
    load: (from) => weights.set(from),
    async predictNoise({ signal, mels, noiseLevels, batch }) {
      const { noise } = await program.run({
        ...inputs,
        mels: { data: mels, shape: [batch, nMels, mels.length / (batch * nMels)] },
        signal: { data: signal, shape: [batch, signal.length / batch] },
        noiseLevels: { data: noiseLevels, shape: [batch] },
      });
      return noise!.data;
    },
    dispose: () => program.dispose(),
  };
}
