import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { InputError } from '../formats/input-error.ts';

/** Files that are looked up at once. */
const BATCH_FILES = 64;

/** What one line of a list names. */
export interface ListedPath {
  /** From 1 on. */
  readonly line: number;
  /** As it stands there. */
  readonly name: string;
  /** Absolute. */
  readonly file: string;
}

/**
 * Checks that a list, which anybody may have written, names files below one folder alone; links are followed to where they lead. What is not there is
 * passed over, if it would lie there.
 *
 * @param root the folder that a user allowed; default: the list's own, `folder`
 * @throws InputError that names the first line that leads elsewhere, and what allows it
 */
export async function refuseOutside(
  list: string,
  entries: readonly ListedPath[],
  { folder, root }: { readonly folder: string; readonly root?: string },
): Promise<void> {
  const within = resolve(root ?? folder);
  const real = await realpath(within).catch(() => within);
  for (let start = 0; start < entries.length; start += BATCH_FILES) {
    const batch = entries.slice(start, start + BATCH_FILES);
    const allowed = await Promise.all(
      batch.map(async ({ file }) => {
        const led = await realpath(file).catch(() => undefined);
        return led === undefined ? liesIn(within, file) || liesIn(real, file) : liesIn(real, led);
      }),
    );
    const outside = batch[allowed.indexOf(false)];
    if (outside !== undefined) {
      const where = root === undefined ? "the list's own folder" : `the root ${root}`;
      throw new InputError(
        `${list}: line ${outside.line}: ${outside.name} lies outside ${where}; --root DIR takes paths from DIR and allows the files below it`,
      );
    }
  }
}

/**
 * Where a name of a list leads: from the root, or the list's own folder where there is none, or where a name such as `../recordings/a.wav` leads out of the
 * root and was meant from there.
 */
export function listedPath(
  name: string,
  { folder, root }: { readonly folder: string; readonly root?: string },
): string {
  const file = resolve(root ?? folder, name);
  return root === undefined || liesIn(resolve(root), file) ? file : resolve(folder, name);
}

/** Whether a path is below a folder, both absolute and without links. */
export function liesIn(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
