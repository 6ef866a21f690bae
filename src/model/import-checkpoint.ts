import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { type Checkpoint, readCheckpoint, takeWeights } from './checkpoint.ts';
import type { WaveGradConfig } from './config.ts';
import { loadModelConfig } from './load-config.ts';
import { modelFiles } from './model-files.ts';
import { buildWaveGrad } from './wavegrad.ts';

/** A checkpoint that fits its config, read whole, and its weights ready to be written. */
export interface ImportedCheckpoint {
  readonly source: { readonly name: string; readonly bytes: number; readonly sha256: string };
  readonly config: WaveGradConfig;
  readonly parameterCount: number;
  /** Training steps so far, where the checkpoint says them. */
  readonly iteration: number | undefined;
  /** What stood before every name of the checkpoint and is left out; mostly empty. */
  readonly prefix: string;
  /** What the schedule buffer `betas` holds, if there is one. */
  readonly betas: readonly number[] | undefined;
  readonly precision: 'float32' | 'float16';
  /** Whether there are float64 weights among the checkpoint's; they are rounded. */
  readonly fromFloat64: boolean;
  /** The bytes of the model.safetensors. */
  readonly weights: Uint8Array;
}

/** Weights by name, as they are stored: with shapes, row-major. */
type NamedWeights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

/** Every weight of a network, under the reference's names. */
export interface ReadModel {
  readonly config: WaveGradConfig;
  readonly checkpoint: Checkpoint;
  /** Its path and its bytes. */
  readonly path: string;
  readonly bytes: Uint8Array;
  readonly weights: NamedWeights;
}

/** The first magnitude that float16 rounds to infinity. */
const FLOAT16_OVERFLOW = 65_520;

/** A schedule of more steps is none. */
const MOST_STEPS = 100_000;

/**
 * Reads a checkpoint and its config, checks each and that they fit, and makes the files of a model folder from them, in memory.
 * float32 weights keep their bits, float64 ones are rounded to float32; `half` rounds them to float16.
 *
 * @param path a checkpoint, or the folder of a model
 * @param options.config default: config.json beside the checkpoint
 * @throws InputError in one sentence where a file cannot be read or does not fit, or a weight is beyond what float16 holds
 */
export async function importCheckpoint(
  path: string,
  { config: configPath, half = false }: { readonly config?: string | undefined; readonly half?: boolean } = {},
): Promise<ImportedCheckpoint> {
  const { config, checkpoint, path: from, bytes, weights } = await readModel(path, configPath);
  if (half) checkHalf(weights, from);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const { iteration, prefix } = checkpoint;
  const metadata = {
    format: 'pt',
    source_sha256: sha256,
    ...(iteration === undefined ? {} : { iteration: `${iteration}` }),
  };
  const dtype = half ? 'F16' : 'F32';
  const toWrite = new Map([...weights].map(([name, tensor]) => [name, { ...tensor, dtype } as const]));
  return {
    source: { name: basename(from), bytes: bytes.length, sha256 },
    config,
    parameterCount: countWeights(weights),
    iteration,
    prefix,
    betas: scheduleBuffer(checkpoint),
    precision: half ? 'float16' : 'float32',
    fromFloat64: [...weights.keys()].some((name) => checkpoint.tensors.get(name)?.dtype === 'F64'),
    weights: writeSafetensors(toWrite, metadata),
  };
}

/**
 * Reads a checkpoint and its config, without the engine that would run them.
 *
 * @param path a checkpoint, or the folder of a model
 * @param configPath default: config.json beside the checkpoint
 * @throws InputError in one sentence where a file cannot be read, or checkpoint and config do not fit
 */
export async function readModel(path: string, configPath?: string): Promise<ReadModel> {
  const files = await modelFiles(path);
  const config = await loadModelConfig(files, configPath);
  const bytes = await readInput(files.checkpoint, 'the checkpoint');
  const checkpoint = readCheckpoint(bytes, files.checkpoint);
  const parameters = buildWaveGrad(config).parameters();
  const data = takeWeights(checkpoint, files.checkpoint, parameters);
  const weights = new Map(parameters.map(({ name, shape }) => [name, { shape, data: data.get(name)! }]));
  return { config, checkpoint, path: files.checkpoint, bytes, weights };
}

/** How many numbers they are. */
export function countWeights(weights: NamedWeights): number {
  return [...weights.values()].reduce((sum, { data }) => sum + data.length, 0);
}

function checkHalf(weights: NamedWeights, where: string): void {
  for (const [name, { data }] of weights) {
    const beyond = data.find((value) => Math.abs(value) >= FLOAT16_OVERFLOW);
    if (beyond !== undefined) {
      throw new InputError(`${where}: ${name} holds ${beyond}, but float16 ends at 65504; float32 holds it`);
    }
  }
}

/** The reference registers its schedule as buffers beside the network, `betas` among them. */
function scheduleBuffer({ tensors }: Checkpoint): readonly number[] | undefined {
  const betas = tensors.get('betas');
  const length = betas?.shape[0] ?? 0;
  return betas?.shape.length === 1 && length > 0 && length <= MOST_STEPS ? [...betas.toFloat64()] : undefined;
}
