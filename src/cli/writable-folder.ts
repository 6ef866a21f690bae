import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { InputError } from '../formats/input-error.ts';

/**
 * Checks that a folder, or where there is none the nearest one above it, can be written to; makes nothing.
 *
 * @throws InputError that begins with the folder
 */
export async function checkWritable(folder: string): Promise<void> {
  const fail = (reason: string) => new InputError(`${folder}: expected a folder that can be written to, ${reason}`);
  for (let path = resolve(folder); ; path = dirname(path)) {
    const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
      // Something above that is no folder is found on the way up.
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw fail(`but got ${error.message}`);
    });
    if (info === undefined) continue;
    if (!info.isDirectory()) throw fail(path === resolve(folder) ? 'got a file' : `but ${path} is a file`);
    await access(path, constants.W_OK).catch((error: Error) => {
      throw fail(`but got ${error.message}`);
    });
    return;
  }
}
