import { stat } from 'node:fs/promises';
import { AUDIO_FILE, listAudio, readFilelist } from '../audio/filelist.ts';
import { InputError } from '../formats/input-error.ts';

/**
 * The recordings of a filelist, a folder or one file, as absolute paths.
 *
 * @param where what names the source: an option, or a field of the config
 * @param root where relative paths of a list start, and below which its files must lie; default: its own folder
 * @throws InputError where there is no such source, or a line of the list names no recording that is there
 */
export async function recordingsOf(source: string, where: string, root: string | undefined): Promise<string[]> {
  const info = await stat(source).catch(() => undefined);
  if (info === undefined) throw new InputError(`${where}: expected a filelist or a folder, but there is no ${source}`);
  const isList = info.isFile() && !AUDIO_FILE.test(source);
  return isList ? readFilelist(source, { root }) : listAudio(source);
}
