import { randomUUID } from 'node:crypto';
import { mkdir, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InputError } from './input-error.ts';

/**
 * Writes a file so that a reader, or a machine that loses power, sees either the old content or the whole new one:
 * a temporary file in the same folder is written, flushed and renamed. Missing parent folders are created. Where the path is a link,
 * what it leads to is written.
 *
 * @throws InputError where a folder is in the way, else the system's error (no space, no permission); the temporary file is then
 * removed and an older file is left as it was
 */
export async function writeWhole(wanted: string, data: string | Uint8Array): Promise<void> {
  const path = await realpath(wanted).catch(() => wanted);
  const isFolder = await stat(path).then(
    (info) => info.isDirectory(),
    () => /[/\\]$/.test(path),
  );
  if (isFolder) throw new InputError(`${wanted}: expected a file to write, got the name of a folder`);
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await flushFolder(folder);
}

/** Makes renames in a folder last. Windows cannot open a folder and needs no flush. */
export async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
