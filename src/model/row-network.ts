import type { EngineOptions, Resident } from '../engine/engine.ts';
import { compile } from '../engine/onnxruntime/program.ts';
import { compileRows, type DeviceMemory, openDeviceMemory } from '../engine/onnxruntime/resident.ts';
import { readInput } from '../formats/read-input.ts';
import { computedBefore } from '../graph/passes/computed-before.ts';
import { readWeights } from './checkpoint.ts';
import type { WaveGradConfig } from './config.ts';
import { loadModelConfig } from './load-config.ts';
import { modelFiles } from './model-files.ts';
import { networkParts } from './network-parts.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** What the network makes of one clip's mels, whatever the signal and its noise level; on the device. */
export type Conditioning = Readonly<Record<string, Resident>>;

/** One row of a batch: a state y_n [1, samples] and what the network is told with it. */
export interface NetworkRow {
  readonly signal: Resident;
  readonly conditioning: Conditioning;
  /** ℓ_n = sqrt(ᾱ_n). */
  readonly noiseLevel: number;
}

/**
 * A WaveGrad network on a device, where states and what it predicts stay, each row by itself, so that rows of any clips and schedules go
 * through it together. All calls have the same shape, with copies of a row where fewer are asked for: a row's result is then the same, bit
 * for bit, whatever is beside it, as far as the device's kernels compute rows alike.
 */
export interface RowNetwork {
  readonly config: WaveGradConfig;
  /** Rows of a call. */
  readonly rows: number;
  readonly memory: DeviceMemory;
  /** @param mels of one clip, log mels [n_mels, frames] */
  condition(mels: Float32Array): Promise<Conditioning>;
  /** The predicted noise ε̂ [1, samples] of rows of one length, in calls of as many as go together. */
  predict(rows: readonly NetworkRow[]): Promise<Resident[]>;
  dispose(): Promise<void>;
}

/**
 * Loads a trained network for batches of `rows`.
 *
 * @param path as loadModel has it, also `configPath`
 * @throws InputError in one sentence where a file cannot be read or does not fit; Error where the device does not start
 */
export async function loadRowNetwork(
  path: string,
  configPath: string | undefined,
  { rows, ...options }: EngineOptions & { readonly rows: number },
): Promise<RowNetwork> {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  const { before: ofMels, rest } = networkParts(config);
  // Few numbers with wide sines, for which WebGPU would wait for the CPU in the midst of each call.
  const { before: ofLevels, rest: ofStates } = computedBefore(rest, new Set(['noiseLevels']), 'level');
  const checkpoint = await readInput(files.checkpoint, 'the checkpoint');
  const weights = readWeights(checkpoint, files.checkpoint, buildWaveGrad(config).parameters());
  const conditions = [...ofMels.outputs.keys()];
  const fromMels = await compileRows(ofMels, weights, { count: 1, names: new Set(conditions) }, options);
  const inRows = new Set(['signal', 'noise', ...conditions]);
  const network = await compileRows(ofStates, weights, { count: rows, names: inRows }, options);
  const fromLevels = await compile(ofLevels, weights);
  const memory = await openDeviceMemory(options);
  const { n_mels: nMels } = config.data_config;
  return {
    config,
    rows,
    memory,
    async condition(mels) {
      const whole = { mels: { data: mels, shape: [1, nMels, mels.length / nMels] } };
      const values = await fromMels.run(whole, {});
      return Object.fromEntries(Object.entries(values).map(([name, [value]]) => [name, value!]));
    },
    async predict(wanted) {
      const results: Resident[] = [];
      for (let first = 0; first < wanted.length; first += rows) {
        const some = wanted.slice(first, first + rows);
        const all = filled(some, rows);
        const noiseLevels = { data: Float32Array.from(all, ({ noiseLevel }) => noiseLevel), shape: [rows] };
        const { noise } = await network.run(await fromLevels.run({ noiseLevels }), {
          signal: all.map(({ signal }) => signal),
          ...Object.fromEntries(conditions.map((name) => [name, all.map(({ conditioning }) => conditioning[name]!)])),
        });
        for (const extra of noise!.slice(some.length)) extra.dispose();
        results.push(...noise!.slice(0, some.length));
      }
      return results;
    },
    async dispose() {
      await Promise.all([fromMels.dispose(), network.dispose(), fromLevels.dispose(), memory.dispose()]);
    },
  };
}

/** As many as a call takes, the last one standing for those that are not there. */
export function filled<Row>(rows: readonly Row[], count: number): Row[] {
  return Array.from({ length: count }, (_, i) => rows[Math.min(i, rows.length - 1)]!);
}
