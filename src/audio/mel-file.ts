import { z } from 'zod';
import { InputError } from '../formats/input-error.ts';
import { checkData, parseJson } from '../formats/json.ts';
import { writeNpy } from '../formats/npy.ts';
import { writePyTorch } from '../formats/pytorch-writer.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { type Dtype, isTensor } from '../formats/tensor.ts';
import { readTensorFile } from '../formats/tensor-file.ts';
import type { LogMel } from './mel.ts';

/** What mels are written as, by their names' ending. */
export type MelFormat = 'pt' | 'npy' | 'safetensors';

/** The key of a safetensors file's metadata under which the settings of the front end are, as JSON. */
const DATA_CONFIG = 'data_config';
const TENSOR = 'mel';

const FLOATS: readonly Dtype[] = ['F64', 'F32', 'F16', 'BF16'];

const recordedConfig = z.object({
  sample_rate: z.number().positive().optional(),
  n_fft: z.number().positive().optional(),
  win_length: z.number().positive().optional(),
  hop_length: z.number().positive().optional(),
  f_min: z.number().nonnegative().optional(),
  f_max: z.number().positive().optional(),
  n_mels: z.number().positive().optional(),
  mel_floor: z.number().positive().optional(),
});

/** What a file says that its mel was made with: some of the names of config.json's `data_config`. */
type RecordedMelConfig = z.output<typeof recordedConfig>;

/** A mel as it stands in a file, whatever its scale. */
export interface StoredMel extends LogMel {
  readonly recordedConfig?: RecordedMelConfig;
}

/**
 * Reads a mel [n_mels, frames], or [1, n_mels, frames]: a tensor by `torch.save`, `.npy`, `.npz` with one array, or safetensors
 * with the tensor `mel` or a single one, whose metadata may hold `data_config` as JSON. The first bytes tell which; a zip is an
 * `.npz` by its name only.
 *
 * @param bytes the whole file
 * @param where begins each message: the file's path
 * @returns float32 values, not checked: see checkMel
 * @throws InputError when the file is of another type, damaged, or holds anything but one such mel of floating point
 */
export function readMel(bytes: Uint8Array, where: string): StoredMel {
  const { value, metadata } = readTensorFile(bytes, where, { what: 'a mel', name: TENSOR });
  const mel = melOf(value, where);
  if (!Object.hasOwn(metadata, DATA_CONFIG)) return mel;
  const inside = `${where}: ${DATA_CONFIG} in its metadata`;
  return { ...mel, recordedConfig: checkData(parseJson(metadata[DATA_CONFIG]!, inside), recordedConfig, inside) };
}

/**
 * The bytes of a mel [n_mels, frames] in float32, as the reference's inference takes it (`pt`), for numpy, or as safetensors with
 * `config` in its metadata. The same input gives the same bytes.
 *
 * @param config what it was made with; the other formats have no place for it
 */
export function writeMel(mel: LogMel, format: MelFormat, config: RecordedMelConfig = {}): Uint8Array {
  const tensor = { shape: [mel.nMels, mel.frames], data: mel.data };
  switch (format) {
    case 'pt':
      return writePyTorch(tensor);
    case 'npy':
      return writeNpy(tensor);
    case 'safetensors':
      return writeSafetensors(new Map([[TENSOR, tensor]]), { [DATA_CONFIG]: JSON.stringify(config) });
  }
}

function melOf(value: unknown, where: string): LogMel {
  if (!isTensor(value)) throw new InputError(`${where}: expected a tensor [n_mels, frames], got something else`);
  const { dtype, shape } = value;
  const [nMels, frames, ...more] = shape.length === 3 && shape[0] === 1 ? shape.slice(1) : shape;
  const shown = shape.length > 8 ? `${shape.length} dimensions` : `[${shape.join(', ')}]`;
  if (nMels === undefined || frames === undefined || more.length > 0 || nMels * frames === 0) {
    throw new InputError(`${where}: expected a mel [n_mels, frames] or [1, n_mels, frames], got ${shown}`);
  }
  if (!FLOATS.includes(dtype)) {
    throw new InputError(`${where}: expected a mel of floating-point numbers, got elements of type ${dtype}`);
  }
  return { data: value.toFloat32(), nMels, frames };
}
