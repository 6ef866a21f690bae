import { stat } from 'node:fs/promises';
import { basename, dirname, extname, join, relative } from 'node:path';
import type { MelFormat } from '../audio/mel-file.ts';
import { InputError } from '../formats/input-error.ts';
import { UsageError } from './command.ts';

/** What mels can be written as; files of the format end so. */
export const MEL_FORMATS = ['pt', 'npy', 'safetensors'] as const satisfies readonly MelFormat[];

/** A recording, and the file that its mel is written to. */
export interface MelJob {
  readonly recording: string;
  readonly mel: string;
}

/** What is made, all in one format. */
export interface MelJobs {
  readonly jobs: readonly MelJob[];
  readonly format: MelFormat;
  /** What a user should know of the sources, one sentence each. */
  readonly remarks: readonly string[];
}

/**
 * Which recordings become which files.
 *
 * @param sources files, folders or filelists of recordings
 * @param out a folder, or a file for one recording, told by its ending in either case; default: beside each recording
 * @param format default: that of the file, or `pt`
 * @param root where relative paths of filelists start, and below which their files must lie; default: each list's own folder
 * @throws UsageError where `out` and what else was said do not agree; InputError where a source cannot be read, or two recordings
 * would become the same file
 */
export async function planMelJobs(
  sources: readonly string[],
  out: string | undefined,
  format: MelFormat | undefined,
  root?: string,
): Promise<MelJobs> {
  const { findAudio, passedOverRemarks } = await import('../audio/filelist.ts');
  const found = await Promise.all(sources.map((source) => findAudio(source, { root })));
  const files = new Set(found.flatMap((each) => each.files));
  const passedOver = new Set(found.flatMap((each) => each.passedOver));
  // Absolute paths are hard to read in what is printed.
  const recordings = [...files].map((path) => (relative('', path).startsWith('..') ? path : relative('', path)));
  const file = out === undefined || (await isFolder(out)) ? undefined : { path: out, format: formatOf(out) };
  if (file !== undefined && recordings.length > 1) {
    throw new UsageError(`--out must be a folder for ${recordings.length} recordings, got ${out}`);
  }
  if (file !== undefined && format !== undefined && format !== file.format) {
    throw new UsageError(`--out must end in .${format} with --format ${format}, got ${out}`);
  }
  const chosen = file?.format ?? format ?? 'pt';
  const jobs = recordings.map((recording): MelJob => {
    const name = `${basename(recording, extname(recording))}.${chosen}`;
    return { recording, mel: file?.path ?? join(out ?? dirname(recording), name) };
  });
  refuseTheSame(jobs);
  return { jobs, format: chosen, remarks: passedOverRemarks([...passedOver]) };
}

/** Whether a path is a folder, is written as one, or has no ending that would make it a file. */
async function isFolder(path: string): Promise<boolean> {
  if (/[/\\]$/.test(path) || extname(path) === '') return true;
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

function formatOf(path: string): MelFormat {
  const format = MEL_FORMATS.find((each) => extname(path).toLowerCase() === `.${each}`);
  if (format !== undefined) return format;
  const endings = MEL_FORMATS.map((each) => `.${each}`).join(', ');
  throw new UsageError(`--out must be a folder, or a file that ends in one of ${endings}, got ${path}`);
}

function refuseTheSame(jobs: readonly MelJob[]): void {
  const taken = new Map<string, string>();
  for (const { recording, mel } of jobs) {
    const other = taken.get(mel);
    if (other !== undefined) {
      throw new InputError(`${mel}: expected the mel of one recording, got those of ${other} and ${recording}`);
    }
    taken.set(mel, recording);
  }
}

/**
 * Checks that no file is replaced but older mels.
 *
 * @throws InputError with the path of the first file that reads as something else
 */
export async function refuseToReplace(jobs: readonly MelJob[]): Promise<void> {
  const [{ readInput }, { readMel }] = await Promise.all([
    import('../formats/read-input.ts'),
    import('../audio/mel-file.ts'),
  ]);
  for (const { mel: path } of jobs) {
    const info = await stat(path).catch(() => undefined);
    // That a folder is in the way is said when the mel is written.
    if (info === undefined || info.isDirectory()) continue;
    try {
      readMel(await readInput(path, 'the mel'), path);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      throw new InputError(`${path}: expected no file or an older mel, got another file; --force replaces it`, {
        cause: error,
      });
    }
  }
}
