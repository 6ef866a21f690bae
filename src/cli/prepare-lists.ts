import { realpath, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { liesIn } from '../audio/listed-paths.ts';
import { InputError } from '../formats/input-error.ts';
import { readIfThere } from '../formats/read-input.ts';
import { writeWhole } from '../formats/write-whole.ts';

/** A filelist that is to be written. */
export interface WantedList {
  readonly path: string;
  readonly text: string;
}

/**
 * The text of a filelist, which `readFilelist` reads back as the same paths.
 *
 * @param folder where its paths start: where the list will be, or its root
 * @param paths absolute, without line breaks
 * @param absolute write them so; default: as they lead from the folder
 */
export function filelistText(folder: string, paths: readonly string[], absolute: boolean): string {
  return paths.map((path) => `${absolute ? path : asLine(relative(resolve(folder), path))}\n`).join('');
}

/**
 * The root that commands are to be told for lists of these recordings: the nearest folder that they and what they are links to lie below; undefined where
 * they lie below the lists, which needs none.
 */
export async function rootOf(folder: string, paths: readonly string[]): Promise<string | undefined> {
  const led = await Promise.all(paths.map((path) => realpath(path)));
  const lists = await realpath(folder).catch(() => resolve(folder));
  if (led.every((path) => liesIn(lists, path))) return undefined;
  const near = commonFolder(paths);
  const real = await realpath(near);
  return led.every((path) => liesIn(real, path)) ? near : commonFolder([...paths, ...led]);
}

function commonFolder(paths: readonly string[]): string {
  let folder = dirname(paths[0]!);
  for (const path of paths) while (!liesIn(folder, path)) folder = dirname(folder);
  return folder;
}

function asLine(path: string): string {
  const portable = path.split(sep).join('/');
  // Space at the start of a line belongs to no name, and # starts a comment.
  return portable.startsWith('#') || portable.trimStart() !== portable ? `./${portable}` : portable;
}

/**
 * Writes lists that belong together, so that never two lie there which do not, whenever this ends: of those to be replaced, all are
 * removed before the first is written. Those that are there and equal are left alone.
 *
 * @returns the paths of those that were written
 * @throws InputError where another file is there and is not to be replaced (nothing is changed then), or nothing can be written
 */
export async function writeLists(folder: string, lists: readonly WantedList[], force: boolean): Promise<string[]> {
  try {
    const old = await Promise.all(lists.map(({ path }) => readIfThere(path)));
    const wanted = lists.filter(({ text }, i) => old[i] !== text);
    const inTheWay = lists.filter(({ text }, i) => old[i] !== undefined && old[i] !== text);
    const [first] = inTheWay;
    if (first !== undefined && !force) {
      throw new InputError(`${first.path}: expected no file or the same list, got another one; --force replaces it`);
    }
    for (const { path } of inTheWay) await rm(path);
    for (const { path, text } of wanted) await writeWhole(path, text);
    return wanted.map(({ path }) => path);
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${folder}: filelists cannot be written here: ${(error as Error).message}`, { cause: error });
  }
}

/** Where the two lists are: in the folder, under the reference's names. */
export function listPaths(folder: string): { readonly train: string; readonly tested: string } {
  return { train: join(folder, 'train.txt'), tested: join(folder, 'test.txt') };
}
