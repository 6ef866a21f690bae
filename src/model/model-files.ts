import { readdir, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { InputError } from '../formats/input-error.ts';

/** Where the parts of a model are. */
export interface ModelFiles {
  /** Its folder, which may also hold `schedules/`. */
  readonly folder: string;
  /** Safetensors or PyTorch's `.pt`. */
  readonly checkpoint: string;
  /** The reference's config.json, whether it is there or not. */
  readonly config: string;
}

/** What a checkpoint is called in a model folder of this project's. */
export const MODEL_NAME = 'model.safetensors';

/** What users often call the checkpoint that they trained or were given, beside which there may be exported ones. */
const TRAINED_NAME = 'checkpoint.pt';

/**
 * The files of a model that is named by its folder or by its checkpoint. In a folder the checkpoint is `model.safetensors`, or where
 * there is none `checkpoint.pt`, or else the only `.safetensors` or `.pt` file.
 *
 * @throws InputError where there is nothing, or no one checkpoint in the folder
 */
export async function modelFiles(path: string): Promise<ModelFiles> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined)
    throw new InputError(`${path}: expected a model folder or a checkpoint, but there is nothing`);
  if (!info.isDirectory()) return filesBeside(path);
  const found = (await readdir(path)).filter((name) => ['.safetensors', '.pt'].includes(extname(name)));
  const name = [MODEL_NAME, TRAINED_NAME].find((each) => found.includes(each)) ?? found[0];
  if (name === undefined || (found.length > 1 && name !== MODEL_NAME && name !== TRAINED_NAME)) {
    const got = name === undefined ? 'none' : found.toSorted().slice(0, 5).join(', ');
    throw new InputError(
      `${path}: expected one checkpoint (${MODEL_NAME}, ${TRAINED_NAME}, or a single .safetensors or .pt file), got ${got}`,
    );
  }
  return filesBeside(join(path, name));
}

function filesBeside(checkpoint: string): ModelFiles {
  const folder = dirname(checkpoint);
  return { folder, checkpoint, config: join(folder, 'config.json') };
}
