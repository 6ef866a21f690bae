import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import {
  type FilelistOptions,
  filelistLines,
  findAudio,
  MOST_FILELIST_BYTES,
  passedOverRemarks,
} from '../audio/filelist.ts';
import { listedPath, refuseOutside } from '../audio/listed-paths.ts';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { TENSOR_FILE } from '../formats/tensor-file.ts';
import type { Source } from '../inference/source.ts';

/** What speech is to be made of. */
export interface FoundSources {
  readonly sources: readonly Source[];
  /** What a user should know of how they were found, one sentence each. */
  readonly remarks: readonly string[];
}

const MELS = { ending: TENSOR_FILE, endings: '.pt, .npy, .npz or .safetensors', what: 'a mel' };

/**
 * The mels that a filelist names, those of a folder, in alphabetical order, or the one file. Relative paths in a list start from its folder or, as
 * in the reference, from the working directory, or from the root alone; the first place that has the file counts. Files lie below the list's folder, or the root.
 *
 * @throws InputError where there is none, or a list names one that is not there
 */
export async function melSources(path: string, options: FilelistOptions = {}): Promise<FoundSources> {
  const info = await stat(path).catch(() => undefined);
  if (info === undefined) throw new InputError(`${path}: there is no such filelist, folder or mel`);
  const paths = info.isDirectory()
    ? await melsIn(path)
    : TENSOR_FILE.test(path)
      ? [path]
      : await listedMels(path, options);
  return { sources: paths.map((each) => ({ kind: 'mel', path: shownPath(each) })), remarks: [] };
}

/** The recordings of a folder, a filelist or a file; an InputError where there is none. */
export async function audioSources(path: string, options: FilelistOptions = {}): Promise<FoundSources> {
  const { files, passedOver } = await findAudio(path, options);
  return {
    sources: files.map((each) => ({ kind: 'recording', path: shownPath(each) })),
    remarks: passedOverRemarks(passedOver),
  };
}

/** What a mel is called in the name of its speech: what follows the last _ of its own, as in the reference. */
export function idOf(path: string): string {
  const name = basename(path, extname(path));
  return name.slice(name.lastIndexOf('_') + 1) || name;
}

/** @throws InputError where two have one id */
export function refuseSameId(sources: readonly Source[]): void {
  const taken = new Map<string, string>();
  for (const { path } of sources) {
    const id = idOf(path);
    const other = taken.get(id);
    if (other !== undefined) {
      throw new InputError(
        `${path}: expected another id than that of ${other}, got ${id} for both (what follows the last _ of the name)`,
      );
    }
    taken.set(id, path);
  }
}

async function melsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => TENSOR_FILE.test(name) && !name.startsWith('.'));
  if (names.length === 0)
    throw new InputError(`${folder}: ${MELS.endings} files were expected in this folder, got none`);
  return names.toSorted().map((name) => join(folder, name));
}

async function listedMels(list: string, { root }: FilelistOptions): Promise<string[]> {
  const lines = filelistLines(await readInput(list, 'the filelist', MOST_FILELIST_BYTES), list, MELS);
  const found: { line: number; name: string; file: string }[] = [];
  for (const { line, name } of lines) {
    const tried =
      root === undefined
        ? [...new Set([resolve(dirname(list), name), resolve(name)])]
        : [listedPath(name, { folder: dirname(list), root })];
    const there = await Promise.all(tried.map(async (path) => (await stat(path).catch(() => undefined))?.isFile()));
    const at = there.indexOf(true);
    if (at < 0) {
      throw new InputError(`${list}: expected a mel on line ${line}, but there is no file ${tried.join(' or ')}`);
    }
    found.push({ line, name, file: tried[at]! });
  }
  await refuseOutside(list, found, { folder: dirname(list), root });
  return found.map(({ file }) => file);
}

/** Absolute paths are hard to read in what is printed. */
function shownPath(path: string): string {
  const near = relative('', resolve(path));
  return near.startsWith('..') ? resolve(path) : near;
}
