import type { EngineOptions } from '../engine/engine.ts';
import { calibrate, compileEightBit } from '../engine/onnxruntime/eight-bit/program.ts';
import type { Ranges } from '../engine/onnxruntime/eight-bit/ranges.ts';
import { compile } from '../engine/onnxruntime/program.ts';
import { readInput } from '../formats/read-input.ts';
import type { Tensor } from '../graph/operation.ts';
import { computedBefore } from '../graph/passes/computed-before.ts';
import { convolveBeforeUpsampling } from '../graph/passes/convolve-before-upsampling.ts';
import { readWeights } from './checkpoint.ts';
import { conditioned, type NetworkInput } from './conditioned.ts';
import type { WaveGradConfig } from './config.ts';
import { eightBitValues, isFloatRate } from './eight-bit-values.ts';
import { loadModelConfig } from './load-config.ts';
import type { Model } from './model.ts';
import { modelFiles } from './model-files.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** What the network in eight bits has to know of a model's signals; plain JSON. */
export interface Calibration {
  /** How many of the highest sampling rates stay in float32. */
  readonly floatRates: number;
  /** The ranges at the noise levels from `above` up to the next group's, from the noisiest on, whose `above` is 0. */
  readonly groups: readonly { readonly above: number; readonly ranges: Ranges }[];
}

/** What the network is asked at the noise levels from `above` up to the next group's. */
export interface CalibrationGroup {
  readonly above: number;
  readonly runs: readonly NetworkInput[];
}

export interface CalibrationOptions {
  /** The checkpoint or a model's folder, as for `loadModel`. */
  readonly path: string;
  /** Default: `config.json` beside the checkpoint. */
  readonly configPath?: string;
  /** From the noisiest on; the first one's `above` is 0. Values grow a hundredfold from the noisiest levels to the cleanest. */
  readonly groups: readonly CalibrationGroup[];
  readonly floatRates: number;
}

/**
 * The ranges of a network's values at some signals, group by group of their noise levels. The same checkpoint and signals give the same ranges.
 *
 * @throws RangeError where a group has no run; InputError as `loadModel`
 */
export async function calibrateModel(options: CalibrationOptions): Promise<Calibration> {
  const { path, configPath, floatRates } = options;
  const { config, weights, before, rest, values } = await readParts(path, configPath, floatRates);
  const fromMels = await compile(before, weights);
  const { n_mels: nMels, hop_length: hop } = config.data_config;
  const inputsOf = async ({ signal, mels, noiseLevels, batch }: NetworkInput): Promise<Inputs> => {
    const frames = mels.length / (batch * nMels);
    return {
      ...(await fromMels.run({ mels: { data: mels, shape: [batch, nMels, frames] } })),
      signal: { data: signal, shape: [batch, frames * hop] },
      noiseLevels: { data: noiseLevels, shape: [batch] },
    };
  };
  const groups: { above: number; ranges: Ranges }[] = [];
  for (const { above, runs } of options.groups) {
    if (runs.length === 0) throw new RangeError(`calibrateModel: the group of noise levels above ${above} has no run`);
    const inputs = await Promise.all(runs.map(inputsOf));
    groups.push({ above, ranges: await calibrate(rest, weights, values, inputs) });
  }
  await fromMels.dispose();
  return { floatRates, groups };
}

type Inputs = Readonly<Record<string, Tensor>>;

/**
 * Loads a trained network with its lower sampling rates in eight bits: faster and less exact than `loadModel`'s, for a first look at many
 * schedules. On the CPU only.
 *
 * @param path as for `loadModel`, like `configPath` and what is thrown
 * @param calibration of the same checkpoint
 */
export async function loadEightBitModel(
  path: string,
  configPath: string | undefined,
  { floatRates, groups }: Calibration,
  options?: Pick<EngineOptions, 'threads' | 'sizes'>,
): Promise<Model> {
  const { config, weights, before, rest } = await readParts(path, configPath, floatRates);
  const fromMels = await compile(before, weights, options);
  const programs = await Promise.all(groups.map(({ ranges }) => compileEightBit(rest, weights, ranges, options)));
  const bounds = groups.map(({ above }) => above);
  return {
    config,
    parameterCount: [...weights.values()].reduce((sum, { length }) => sum + length, 0),
    // Rows of several groups go with the cleanest, whose ranges are the widest.
    predictNoise: conditioned({
      dataConfig: config.data_config,
      fromMels,
      restFor: (levels) => programs[groupOf(bounds, Math.max(...levels))]!,
      frames: options?.sizes?.frames,
    }),
    async dispose() {
      await Promise.all([fromMels, ...programs].map((program) => program.dispose()));
    },
  };
}

function groupOf(bounds: readonly number[], level: number): number {
  return bounds.findLastIndex((above) => level >= above);
}

async function readParts(path: string, configPath: string | undefined, floatRates: number) {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  const parts = eightBitParts(config, floatRates);
  const checkpoint = await readInput(files.checkpoint, 'the checkpoint');
  return { config, ...parts, weights: readWeights(checkpoint, files.checkpoint, parts.parameters) };
}

/** The network as it is calibrated and run: what depends on the mels alone, the rest, and which values of that are in eight bits. */
export function eightBitParts(config: WaveGradConfig, floatRates: number) {
  const plain = buildWaveGrad(config);
  const isFloat = isFloatRate(plain, floatRates);
  const graph = convolveBeforeUpsampling(plain, isFloat);
  const { before, rest } = computedBefore(graph, new Set(['mels']));
  return { before, rest, values: eightBitValues(rest, isFloat), parameters: graph.parameters() };
}
