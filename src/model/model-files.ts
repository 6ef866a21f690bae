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

/**
 * The files of a model that is named by its folder or by its checkpoint. In a folder the checkpoint is `model.safetensors`, or the
 * only `.safetensors` or `.pt` file.
 *
 * @throws InputError where there is nothing, or no one checkpoint in the folder
 */
export async function modelFiles(path: string): Promise<ModelFiles> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined)
    throw new InputError(`${path}: expected a model folder or a checkpoint, but there is nothing`);
  if (!info.isDirectory()) return filesBeside(path);
  const found = (await readdir(path)).filter((name) => ['.safetensors', '.pt'].includes(extname(name)));
  const name = found.includes(MODEL_NAME) ? MODEL_NAME : found[0];
  if (name === undefined || (name !== MODEL_NAME && found.length > 1)) {
    const got = name === undefined ? 'none' : found.toSorted().slice(0, 5).join(', ');
    throw new InputError(
      `${path}: expected one checkpoint (${MODEL_NAME}, or a single .safetensors or .pt file), got ${got}`,
    );
  }
  return filesBeside(join(path, name));
}

function filesBeside(checkpoint: string): ModelFiles {
  const folder = dirname(checkpoint);
  return { folder, checkpoint, config: join(folder, 'config.json') };
}
