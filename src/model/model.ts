import { compile } from '../engine/compile.ts';
import type { EngineOptions } from '../engine/engine.ts';
import { readInput } from '../formats/read-input.ts';
import { readWeights } from './checkpoint.ts';
import type { WaveGradConfig } from './config.ts';
import { loadModelConfig } from './load-config.ts';
import { modelFiles } from './model-files.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** A WaveGrad network that is ready to run. */
export interface Model {
  readonly config: WaveGradConfig;
  /** Number of trained weights. */
  readonly parameterCount: number;
  /**
   * The predicted noise ε̂, [batch, samples]: from the noisy `signal` y_n [batch, samples], log `mels` [batch, n_mels, frames] and
   * `noiseLevels` ℓ_n = sqrt(ᾱ_n) [batch], where samples = frames · hop_length. Throws a RangeError where the lengths do not fit.
   */
  readonly predictNoise: (input: {
    readonly signal: Float32Array;
    readonly mels: Float32Array;
    readonly noiseLevels: Float32Array;
    readonly batch: number;
  }) => Promise<Float32Array>;
  /** Frees the engine's memory; the model cannot be used afterwards. */
  dispose(): Promise<void>;
}

/**
 * Loads a trained network.
 * @param path a model's folder, or its checkpoint: PyTorch `.pt` (zip format) or `.safetensors`, with the names of ivanvovk/WaveGrad
 * @param configPath the reference's config.json; default: `config.json` beside the checkpoint
 * @param options device (default cpu) and threads (default 1)
 * @throws InputError in one sentence where a file cannot be read, is of another type, or does not fit the config
 */
export async function loadModel(path: string, configPath?: string, options?: EngineOptions): Promise<Model> {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  return buildModel(config, await readInput(files.checkpoint, 'the checkpoint'), files.checkpoint, options);
}

async function buildModel(
  config: WaveGradConfig,
  checkpoint: Uint8Array,
  where: string,
  options?: EngineOptions,
): Promise<Model> {
  const graph = buildWaveGrad(config);
  const weights = readWeights(checkpoint, where, graph.parameters());
  const program = await compile(graph, weights, options);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  return {
    config,
    parameterCount: [...weights.values()].reduce((sum, { length }) => sum + length, 0),
    async predictNoise({ signal, mels, noiseLevels, batch }) {
      const frames = mels.length / (batch * nMels);
      if (
        !Number.isInteger(frames) ||
        frames < 1 ||
        signal.length !== batch * frames * hop ||
        noiseLevels.length !== batch
      ) {
        throw new RangeError(
          `predictNoise: a batch of ${batch} takes ${batch}·${nMels}·frames mels, ${batch}·frames·${hop} samples and ${batch} levels, ` +
            `got ${mels.length}, ${signal.length} and ${noiseLevels.length}`,
        );
      }
      const { noise } = await program.run({
        mels: { data: mels, shape: [batch, nMels, frames] },
        signal: { data: signal, shape: [batch, frames * hop] },
        noiseLevels: { data: noiseLevels, shape: [batch] },
      });
      return noise!.data;
    },
    dispose: () => program.dispose(),
  };
}
