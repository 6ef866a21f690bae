import { readFile, stat } from 'node:fs/promises';
import { InputError } from './input-error.ts';

/** The largest file Node reads into memory at once. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Reads a whole regular file that a user named; `what` says what it should be, such as "the config".
 *
 * @param mostBytes a larger file is refused unread
 * @throws InputError with the path where it is missing, a folder, a pipe or a device, too large, or not readable
 */
export async function readInput(path: string, what: string, mostBytes = MOST_BYTES): Promise<Uint8Array> {
  const fail = (reason: string) => new InputError(`${path}: ${what} cannot be read: ${reason}`);
  try {
    const info = await stat(path);
    if (info.isDirectory()) throw fail('it is a folder');
    // A pipe or a device might never end.
    if (!info.isFile()) throw fail('it is not a regular file');
    if (info.size > mostBytes) throw fail(`at most ${mostBytes} bytes were expected, got ${info.size}`);
    return await readFile(path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    throw fail(code === 'ENOENT' ? 'there is no such file' : message);
  }
}

/** The text of a file of ours, or undefined where there is none yet. */
export async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw error;
  });
}
