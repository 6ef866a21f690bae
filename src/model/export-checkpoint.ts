import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readPyTorch } from '../formats/pytorch.ts';
import { writePyTorch } from '../formats/pytorch-writer.ts';
import { readInput } from '../formats/read-input.ts';
import { writeSafetensors } from '../formats/safetensors.ts';
import { isStateDict } from '../formats/state-dict.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { countWeights, type ReadModel, readModel } from './import-checkpoint.ts';

/** The endings a model can be exported to. */
export const MODEL_ENDINGS = ['.pt', '.safetensors'] as const;

type ModelEnding = (typeof MODEL_ENDINGS)[number];

/** No schedule file is larger, so a larger .pt need not be read to know that it is a model. */
const MOST_SCHEDULE_BYTES = 2 ** 24;

interface ExportedModel {
  readonly parameterCount: number;
  readonly iteration: number | undefined;
  /** The checkpoint it is from. */
  readonly source: string;
  readonly bytes: number;
}

/** Whether a model can be written to a file with this ending. */
export function isModelEnding(ending: string): ending is ModelEnding {
  return (MODEL_ENDINGS as readonly string[]).includes(ending);
}

/**
 * Whether there is a model at this path: a folder, a `.safetensors` file, or what PyTorch saved with a state dict, at the top or
 * under `model`. What else it saves here, a list, a tensor or a dictionary with either, is a schedule.
 *
 * @param schedules names that mean schedules, such as those of presets, even where a folder is called the same
 * @throws InputError where a PyTorch file cannot be read
 */
export async function holdsModel(path: string, schedules: readonly string[] = []): Promise<boolean> {
  if (schedules.includes(path)) return false;
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) return false;
  if (info.isDirectory()) return true;
  const ending = extname(path).toLowerCase();
  if (ending === '.safetensors') return true;
  // Numpy's archives are zip files too.
  if (!info.isFile() || ending === '.npz') return false;
  if (info.size > MOST_SCHEDULE_BYTES) return true;
  const bytes = await readInput(path, 'the file');
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (!isZip) return false;
  const saved = readPyTorch(bytes, path);
  return isStateDict(saved) || (saved instanceof Map && isStateDict(saved.get('model')));
}

/**
 * Writes a model's weights, checked against its config, by the ending of `out`, whole or not at all:
 *
 * - `.pt`: `{'model': {name: float32 tensor}, 'iteration': n}`, the iteration where it is known. The reference loads
 *   `torch.load(out)['model']`; it sets its schedule afterwards, so buffers such as `betas` are not wanted;
 * - `.safetensors`: float32, with the iteration in its metadata.
 *
 * @param from a checkpoint, or the folder of a model
 * @param config default: config.json beside the checkpoint
 * @throws InputError where a file cannot be read, does not fit or cannot be written, or the ending is another
 */
export async function exportCheckpoint(from: string, out: string, config?: string): Promise<ExportedModel> {
  const ending = extname(out).toLowerCase();
  if (!isModelEnding(ending)) {
    throw new InputError(`${out}: expected a name that ends in ${MODEL_ENDINGS.join(' or ')}, got ${ending || 'none'}`);
  }
  const model = await readModel(from, config);
  const bytes = encode(model, ending);
  try {
    await writeWhole(out, bytes);
  } catch (error) {
    throw new InputError(`${out}: cannot be written: ${(error as Error).message}`, { cause: error });
  }
  const { iteration } = model.checkpoint;
  return { parameterCount: countWeights(model.weights), iteration, source: model.path, bytes: bytes.length };
}

function encode({ weights, checkpoint: { iteration } }: ReadModel, ending: ModelEnding): Uint8Array {
  if (ending === '.safetensors') {
    const steps: Record<string, string> = iteration === undefined ? {} : { iteration: `${iteration}` };
    return writeSafetensors(weights, { format: 'pt', ...steps });
  }
  const beside = iteration === undefined ? [] : ([['iteration', iteration]] as const);
  return writePyTorch(new Map<string, typeof weights | number>([['model', weights], ...beside]));
}
