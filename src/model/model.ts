import { compile, type EngineOptions } from '../engine/onnxruntime/program.ts';
import { readInput } from '../formats/read-input.ts';
import { computedBefore } from '../graph/passes/computed-before.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import { readWeights } from './checkpoint.ts';
import { conditioned, type NetworkInput } from './conditioned.ts';
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
   * What depends on the mels alone is computed when an array of them first comes, and kept as long as that array is: its numbers must stay.
   */
  readonly predictNoise: (input: NetworkInput) => Promise<Float32Array>;
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
  const graph = convolveBeforeUpsampling(buildWaveGrad(config));
  const weights = readWeights(checkpoint, where, graph.parameters());
  const { before, rest } = computedBefore(graph, new Set(['mels']));
  const [fromMels, program] = await Promise.all([before, rest].map((part) => compile(part, weights, options)));
  return {
    config,
    parameterCount: [...weights.values()].reduce((sum, { length }) => sum + length, 0),
    predictNoise: conditioned(config.data_config, fromMels!, () => program!),
    async dispose() {
      await Promise.all([fromMels!.dispose(), program!.dispose()]);
    },
  };
}
