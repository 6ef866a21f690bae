import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** The folders of the studies that a run of several numbers of steps has made, by number of steps; none where the folder is of no such run. */
export async function studiesByLength(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => join(folder, name))
    .filter((study) => existsSync(join(study, 'study.json')));
}
