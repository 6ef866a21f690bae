import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { type Outcome, outcomeFile, readBest } from './outcome.ts';
import { type StudySettings, studySettings } from './settings.ts';
import { sameBetas } from './trial.ts';

/** Where a schedule was saved, and what became of the one that was there. */
export interface SavedToModel {
  readonly path: string;
  /** One sentence. */
  readonly remark: string;
}

/**
 * Saves what a search found to the model's folder, as `schedules/best-N.json`. Nothing that is there is lost: where another best-N
 * did better on the same held-out clips it stays and the new one is `best-N-2`; otherwise the older one becomes `best-N-2`
 * (or the first number that is free).
 *
 * @throws InputError where the folder cannot be written to
 */
export async function saveToModel(modelFolder: string, study: StudySettings, found: Outcome): Promise<SavedToModel> {
  const folder = join(modelFolder, 'schedules');
  const best = `best-${study.steps}`;
  const pathOf = (name: string) => join(folder, `${name}.json`);
  try {
    await mkdir(folder, { recursive: true });
    const files = new Set(await readdir(folder));
    const there = files.has(`${best}.json`) ? await readEarlier(pathOf(best)) : undefined;
    const older = firstFree(best, files);
    const write = (name: string) => {
      const file = outcomeFile(study, { ...found, name }) as object;
      return writeWhole(pathOf(name), `${JSON.stringify(file, null, 2)}\n`);
    };
    if (there === undefined || (there !== 'another' && sameBetas(there.outcome.betas, found.betas))) {
      await write(best);
      return { path: pathOf(best), remark: `Saved to the model as ${best}.` };
    }
    const isBetter =
      there !== 'another' && isComparable(there.study, study) && there.outcome.heldout.mean < found.heldout.mean;
    if (isBetter) {
      await write(older);
      const scores = `${there.outcome.heldout.mean.toFixed(4)} on the same held-out clips, this one ${found.heldout.mean.toFixed(4)}`;
      return { path: pathOf(older), remark: `Saved to the model as ${older}: its ${best} scores ${scores}.` };
    }
    await rename(pathOf(best), pathOf(older));
    await write(best);
    return { path: pathOf(best), remark: `Saved to the model as ${best}; the one that was there is ${older} now.` };
  } catch (error) {
    throw new InputError(`${folder}: the schedule cannot be saved here: ${(error as Error).message}`, { cause: error });
  }
}

interface Earlier {
  readonly outcome: Outcome;
  readonly study: StudySettings;
}

/** What a search saved before; `another` where it is anything else. */
async function readEarlier(path: string): Promise<Earlier | 'another'> {
  try {
    const { outcome, study } = (await readBest(path))!;
    return { outcome, study: studySettings.parse(study) };
  } catch {
    return 'another';
  }
}

/** Whether the held-out scores of two studies can be put beside each other. */
function isComparable(a: StudySettings, b: StudySettings): boolean {
  const ground = ({ metric, checkpoint, clipSamples, heldoutClips }: StudySettings) =>
    JSON.stringify([metric, checkpoint.hash, clipSamples, heldoutClips.map(({ hash }) => hash).toSorted()]);
  return ground(a) === ground(b);
}

function firstFree(best: string, files: ReadonlySet<string>): string {
  for (let count = 2; ; count++) if (!files.has(`${best}-${count}.json`)) return `${best}-${count}`;
}
