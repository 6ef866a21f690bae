import { join } from 'node:path';
import { compile } from '../engine/compile.ts';
import type { EngineOptions, Program } from '../engine/engine.ts';
import { openProgram, writeProgram } from '../engine/onnxruntime/program.ts';
import { readInput } from '../formats/read-input.ts';
import { readWeights } from './checkpoint.ts';
import { conditioned, type NetworkInput } from './conditioned.ts';
import type { WaveGradConfig } from './config.ts';
import { loadModelConfig } from './load-config.ts';
import { modelFiles } from './model-files.ts';
import { networkParts } from './network-parts.ts';
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

const PARTS = ['before', 'rest'] as const;

/** The network's programs, for what the mels alone determine and for the rest. */
type Programs = Readonly<Record<(typeof PARTS)[number], Program>>;

/**
 * Loads a trained network.
 * @param path a model's folder, or its checkpoint: PyTorch `.pt` (zip format) or `.safetensors`, with the names of ivanvovk/WaveGrad
 * @param configPath the reference's config.json; default: `config.json` beside the checkpoint
 * @param options device (default cpu) and threads (default 1); with `sizes` of { frames } it takes mels of so many frames only, and is faster
 * @throws InputError in one sentence where a file cannot be read, is of another type, or does not fit the config
 */
export async function loadModel(path: string, configPath?: string, options?: EngineOptions): Promise<Model> {
  const { config, weights } = await readModel(path, configPath);
  const parts = networkParts(config);
  const [before, rest] = await Promise.all(PARTS.map((part) => compile(parts[part], weights, options)));
  return modelOf(config, { before: before!, rest: rest! }, options);
}

/**
 * Writes a trained network to a folder that is there, in the form in which `openPrepared` loads it: for several workers of a process on the CPU, which then share its
 * memory. Parameters and InputErrors are those of `loadModel`.
 *
 * @throws Error where the folder cannot be written to
 */
export async function prepareModel(
  folder: string,
  path: string,
  configPath?: string,
  options?: EngineOptions,
): Promise<void> {
  const { config, weights } = await readModel(path, configPath);
  const parts = networkParts(config);
  for (const part of PARTS) await writeProgram(parts[part], weights, join(folder, part), options);
}

/**
 * Loads what `prepareModel` wrote for the same model with the same options. The folder is not needed afterwards where the system lets mapped files go.
 *
 * @throws Error where the folder does not hold it
 */
export async function openPrepared(
  folder: string,
  path: string,
  configPath?: string,
  options?: EngineOptions,
): Promise<Model> {
  const config = await loadModelConfig(await modelFiles(path), configPath);
  const [before, rest] = await Promise.all(PARTS.map((part) => openProgram(join(folder, part), options)));
  return modelOf(config, { before: before!, rest: rest! }, options);
}

async function readModel(path: string, configPath: string | undefined) {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  const checkpoint = await readInput(files.checkpoint, 'the checkpoint');
  return { config, weights: readWeights(checkpoint, files.checkpoint, buildWaveGrad(config).parameters()) };
}

function modelOf(config: WaveGradConfig, { before, rest }: Programs, options: EngineOptions | undefined): Model {
  return {
    config,
    parameterCount: buildWaveGrad(config)
      .parameters()
      .reduce((sum, { shape }) => sum + shape.reduce((product, size) => product * size, 1), 0),
    predictNoise: conditioned({
      dataConfig: config.data_config,
      fromMels: before,
      restFor: () => rest,
      frames: options?.sizes?.frames,
    }),
    async dispose() {
      await Promise.all([before.dispose(), rest.dispose()]);
    },
  };
}
