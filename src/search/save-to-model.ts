import { mkdir, mkdtemp, readdir, rename, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '../formats/input-error.ts';
import { writeWhole } from '../formats/write-whole.ts';
import { liesAmongPresets } from '../schedule/model-schedules.ts';
import { type Outcome, outcomeFile, readBest } from './outcome.ts';
import { type StudySettings, studySettings } from './settings.ts';
import { sameBetas } from './trial.ts';

/** Where a schedule is kept in its model's folder. */
export interface SavedToModel {
  readonly path: string;
  /** What was done, in one sentence. */
  readonly remark: string;
}

/**
 * Makes sure, before a search that may take a night, that its result can be saved to the model's folder.
 *
 * @throws InputError where the folder cannot be written to, or is that of this package, whose `schedules/` are presets
 */
export async function checkSavable(modelFolder: string): Promise<void> {
  const folder = schedulesOf(modelFolder);
  if (await liesAmongPresets(modelFolder)) {
    throw new InputError(
      `${folder}: expected a model in a folder of its own to save schedules to, got the folder of this package's presets; schedule-import makes one`,
    );
  }
  await guarded(folder, async () => {
    await mkdir(folder, { recursive: true });
    await rmdir(await mkdtemp(join(folder, '.')));
  });
}

/**
 * Saves what a search found to the model's folder, as `schedules/best-N.json`. Nothing that is there is lost: where best-N did better
 * on the same ground (metric, clips, clamp, precision), or was judged on more sound, it stays and the new one is `best-N-2`; otherwise
 * the older one becomes that (or the first number that is free). A schedule that is there already is not saved again.
 *
 * @throws InputError where the folder cannot be written to
 */
export async function saveToModel(modelFolder: string, study: StudySettings, found: Outcome): Promise<SavedToModel> {
  const folder = schedulesOf(modelFolder);
  const best = `best-${study.steps}`;
  const pathOf = (name: string) => join(folder, `${name}.json`);
  return guarded(folder, async () => {
    await mkdir(folder, { recursive: true });
    const kept = await readKept(folder, best);
    for (const [name, earlier] of kept) {
      if (earlier !== 'another' && isSame(earlier, study, found)) {
        return { path: pathOf(name), remark: `The model has this schedule already, as ${name}: ${pathOf(name)}` };
      }
    }
    const write = (name: string) => {
      const file = outcomeFile(study, { ...found, name });
      return writeWhole(pathOf(name), `${JSON.stringify(file, null, 2)}\n`);
    };
    const there = kept.get(best);
    if (there === undefined) {
      await write(best);
      return { path: pathOf(best), remark: `Saved to the model as ${best}: ${pathOf(best)}` };
    }
    const other = firstFree(best, kept);
    const reason = there === 'another' ? undefined : reasonToStay(there, study, found);
    if (reason !== undefined) {
      await write(other);
      return {
        path: pathOf(other),
        remark: `Saved to the model as ${other}, since its ${best} ${reason}: ${pathOf(other)}`,
      };
    }
    await rename(pathOf(best), pathOf(other));
    await write(best);
    const moved = `the one that was there is ${other} now`;
    return { path: pathOf(best), remark: `Saved to the model as ${best}; ${moved}: ${pathOf(best)}` };
  });
}

interface Earlier {
  readonly outcome: Outcome;
  readonly study: StudySettings;
}

/** best-N, best-N-2 and so on, by name; `another` for what no search of this version saved. */
async function readKept(folder: string, best: string): Promise<Map<string, Earlier | 'another'>> {
  const names = (await readdir(folder))
    .filter((file) => file === `${best}.json` || (file.startsWith(`${best}-`) && file.endsWith('.json')))
    .map((file) => file.slice(0, -'.json'.length));
  const read = async (name: string): Promise<[string, Earlier | 'another']> => {
    try {
      const { outcome, study } = (await readBest(join(folder, `${name}.json`)))!;
      return [name, { outcome, study: studySettings.parse(study) }];
    } catch {
      return [name, 'another'];
    }
  };
  return new Map(await Promise.all(names.toSorted().map(read)));
}

function isSame({ outcome, study }: Earlier, wanted: StudySettings, found: Outcome): boolean {
  const { clamp, precision } = wanted;
  return sameBetas(outcome.betas, found.betas) && study.clamp === clamp && study.precision === precision;
}

/** Why the earlier one keeps its name: it scored lower, where the two can be put beside each other, or was judged on more sound. */
function reasonToStay({ outcome, study }: Earlier, wanted: StudySettings, found: Outcome): string | undefined {
  const kind = ({ metric, clamp, precision, checkpoint }: StudySettings) =>
    JSON.stringify([metric, clamp, precision, checkpoint.hash]);
  if (kind(study) !== kind(wanted)) return undefined;
  const clips = ({ clipSamples, heldoutClips }: StudySettings) =>
    JSON.stringify([clipSamples, heldoutClips.map(({ hash }) => hash).toSorted()]);
  if (clips(study) === clips(wanted)) {
    const [before, now] = [outcome.heldout.mean, found.heldout.mean];
    return before < now
      ? `scores ${before.toFixed(4)} on the same held-out clips and this one ${now.toFixed(4)}`
      : undefined;
  }
  const seconds = ({ clipSamples, heldoutClips, sampleRate }: StudySettings) =>
    (clipSamples * heldoutClips.length) / sampleRate;
  const [before, now] = [seconds(study), seconds(wanted)];
  return before > now
    ? `was judged on ${before.toFixed(1)} s of speech and this one on ${now.toFixed(1)} s`
    : undefined;
}

function firstFree(best: string, kept: ReadonlyMap<string, unknown>): string {
  for (let count = 2; ; count++) if (!kept.has(`${best}-${count}`)) return `${best}-${count}`;
}

function schedulesOf(modelFolder: string): string {
  return join(modelFolder, 'schedules');
}

async function guarded<T>(folder: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new InputError(`${folder}: the schedule cannot be saved here: ${(error as Error).message}`, { cause: error });
  }
}
