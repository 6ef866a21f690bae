import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, resolve } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { readInput } from '../formats/read-input.ts';
import { listedPath, refuseOutside } from './listed-paths.ts';

/** The endings that files of sound are found by, in either case. */
export const AUDIO_FILE = /\.(wav|flac|ogg|oga|mp3)$/i;

/** Sound, too, but of kinds that are not read. */
const OTHER_AUDIO_FILE = /\.(m4a|aac|opus|wma|aif|aiff|amr|webm|mp4|caf|au)$/i;

/** Some hundred thousand paths. */
export const MOST_FILELIST_BYTES = 2 ** 24;

/** Files that are looked for at once. */
const BATCH_FILES = 64;

/** How many files a remark names. */
const MOST_NAMES = 3;

/** How much of a line is shown in a message. */
const SHOWN_CHARACTERS = 60;

/**
 * The absolute paths of a source's audio files: those of a folder and the folders in it, in alphabetical order, those of a
 * filelist, or the one file. In a folder links are followed, and names that begin with a dot are passed over.
 *
 * @param options.root where a filelist's relative paths start, and below which its files must lie; default: its own folder
 * @throws InputError if there is no such source or no audio file in it, or a filelist names one elsewhere
 */
export async function listAudio(source: string, options: FilelistOptions = {}): Promise<string[]> {
  return (await findAudio(source, options)).files;
}

/** What a filelist may name. */
export interface FilelistOptions {
  /**
   * The folder that relative paths start from, and below which all files must lie. Default: the list's own, which those start from, too, that would
   * lead out of the root.
   */
  readonly root?: string;
}

/** What there is of sound in a source, as absolute paths. */
export interface FoundAudio {
  readonly files: string[];
  /** Those of a folder that are of kinds that are not read, such as .m4a. */
  readonly passedOver: string[];
}

/** As `listAudio`, with what it passes over. */
export async function findAudio(source: string, options: FilelistOptions = {}): Promise<FoundAudio> {
  const info = await stat(source).catch(() => undefined);
  if (info === undefined) throw new InputError(`${source}: there is no such folder, filelist or audio file`);
  if (info.isDirectory()) {
    const below = (await audioBelow(resolve(source))).toSorted();
    const files = below.filter((path) => AUDIO_FILE.test(path));
    const passedOver = below.filter((path) => !AUDIO_FILE.test(path));
    if (files.length === 0) {
      const got = passedOver.length === 0 ? 'none' : `only others (${shownNames(passedOver)})`;
      throw new InputError(`${source}: WAV, FLAC, Ogg Vorbis or MP3 files were expected in this folder, got ${got}`);
    }
    return { files, passedOver };
  }
  if (OTHER_AUDIO_FILE.test(source)) {
    throw new InputError(`${source}: expected WAV, FLAC, Ogg Vorbis or MP3, got ${extname(source).toLowerCase()}`);
  }
  return { files: AUDIO_FILE.test(source) ? [resolve(source)] : await readFilelist(source, options), passedOver: [] };
}

/** What a user should know of files that were passed over: one sentence, or none where there are none. */
export function passedOverRemarks(paths: readonly string[]): string[] {
  if (paths.length === 0) return [];
  const many = paths.length === 1 ? '1 file of another kind was' : `${paths.length} files of other kinds were`;
  return [`${many} passed over (${shownNames(paths)})`];
}

function shownNames(paths: readonly string[]): string {
  const first = paths.slice(0, MOST_NAMES).map((path) => basename(path));
  return [...first, ...(paths.length > MOST_NAMES ? ['…'] : [])].join(', ');
}

/**
 * The files of sound in a folder, of every kind.
 *
 * @param above the folders that this one is in, as they are called without links
 */
async function audioBelow(folder: string, above: readonly string[] = []): Promise<string[]> {
  const real = await realpath(folder);
  // A link to where it lies itself would have no end.
  if (above.includes(real)) return [];
  const found: string[][] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = join(folder, entry.name);
    const info = entry.isSymbolicLink() ? await stat(path).catch(() => undefined) : entry;
    if (info?.isDirectory()) found.push(await audioBelow(path, [...above, real]));
    else if (info?.isFile() && (AUDIO_FILE.test(path) || OTHER_AUDIO_FILE.test(path))) found.push([path]);
  }
  return found.flat();
}

/**
 * Reads a list of audio files, one a line, as UTF-8 with or without a byte order mark: relative paths start from the list's own
 * folder, spaces within a name belong to it and so do quotes, lines that are empty or start with # are passed over. Of a line
 * such as Tacotron's `path|text` the part before the first | is the path.
 *
 * Every file must lie below the list's own folder, wherever `..`, an absolute path or a link leads.
 *
 * @param options.root a folder that relative paths start from and files lie below instead; names that
 * would lead out of it start from the list's own, which is else not looked in
 * @returns absolute paths, in the list's order
 * @throws InputError if it is no such list, above 16 MiB, or names a file that is elsewhere or not there; the message has the line's number, the
 * path that was tried, and where it started from
 */
export async function readFilelist(path: string, { root }: FilelistOptions = {}): Promise<string[]> {
  const lines = filelistLines(await readInput(path, 'the filelist', MOST_FILELIST_BYTES), path);
  const entries = lines.map(({ line, name }) => ({
    line,
    name,
    file: listedPath(name, { folder: dirname(path), root }),
  }));
  await refuseOutside(path, entries, { folder: dirname(path), root });
  for (let start = 0; start < entries.length; start += BATCH_FILES) {
    const batch = entries.slice(start, start + BATCH_FILES);
    const there = await Promise.all(batch.map(async ({ file }) => (await stat(file).catch(() => undefined))?.isFile()));
    const missing = batch[there.findIndex((isFile) => !isFile)];
    if (missing !== undefined) {
      const origin = root === undefined ? "the list's own folder" : `the root ${root}`;
      const tried = isAbsolute(missing.name) ? missing.file : `${missing.file} (relative paths start from ${origin})`;
      throw new InputError(`${path}: expected an audio file on line ${missing.line}, but there is no file ${tried}`);
    }
  }
  return entries.map(({ file }) => file);
}

/** What a filelist is of. */
export interface ListedKind {
  readonly ending: RegExp;
  /** The endings, for messages. */
  readonly endings: string;
  /** With its article, for messages. */
  readonly what: string;
}

const AUDIO: ListedKind = {
  ending: AUDIO_FILE,
  endings: '.wav, .flac, .ogg, .oga or .mp3',
  what: 'an audio file',
};

/**
 * The paths that a filelist names, as they stand in it, with the numbers of their lines from 1 on.
 *
 * @param kind default: files of sound
 * @throws InputError if a line names no file of that kind or none is named
 */
export function filelistLines(
  bytes: Uint8Array,
  where: string,
  kind: ListedKind = AUDIO,
): { line: number; name: string }[] {
  const lines = decodeText(bytes, where, kind).split(/\r\n|\r|\n/);
  const entries = lines.flatMap((text, i) => {
    const trimmed = text.trim();
    return trimmed === '' || trimmed.startsWith('#')
      ? []
      : [{ line: i + 1, name: nameOf(trimmed, i + 1, where, kind) }];
  });
  if (entries.length === 0) throw new InputError(`${where}: expected the path of ${kind.what} on each line, got none`);
  return entries;
}

function nameOf(text: string, line: number, where: string, { ending, endings }: ListedKind): string {
  if (ending.test(text)) return text;
  const [first] = text.split('|', 1) as [string];
  const name = first.trim();
  if (ending.test(name)) return name;
  const shown = JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
  throw new InputError(`${where}: expected the path of a ${endings} file on line ${line}, got ${shown}`);
}

function decodeText(bytes: Uint8Array, where: string, { what }: ListedKind): string {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return text;
  } catch {
    // Not UTF-8, which is said below.
  }
  throw new InputError(`${where}: expected a folder, ${what} or a filelist in UTF-8, got a binary file`);
}
