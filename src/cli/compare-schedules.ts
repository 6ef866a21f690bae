import { makeFamily, parseFamily } from '../schedule/families.ts';
import { type Outcome, readBest } from '../search/outcome.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import { type StudySettings, studySettings } from '../search/settings.ts';
import { sameBetas } from '../search/trial.ts';
import { UsageError } from './command.ts';
import { fitRemarks, type KnownSchedule } from './fit-remarks.ts';
import { namedSchedule } from './named-schedule.ts';
import { plain } from './plain-text.ts';

/** A schedule that is compared, with what is known of it. */
export interface Contender extends KnownSchedule {
  /** Whether its name was one of the model's own schedules. */
  readonly isOfModel?: boolean;
  /** What the search that found it came to, where a file says so. */
  readonly outcome?: Outcome;
}

interface ContenderOptions {
  /** Steps of families. Default: that of all the others, where it is one. */
  readonly steps?: number;
  readonly modelFolder: string;
}

/**
 * Schedules by what names them, in their order: families, with or without a range (`karras:1e-3:0.7`), and whatever else `loadSchedule`
 * takes.
 *
 * @throws InputError for one that cannot be made or read
 * @throws UsageError for a family where nothing says how many steps it has
 */
export async function contenders(texts: readonly string[], options: ContenderOptions): Promise<Contender[]> {
  const families = texts.map(parseFamily);
  const found = await Promise.all(texts.map(async (text, i) => (families[i] ? undefined : contender(text, options))));
  const counts = [...new Set(found.flatMap((one) => (one === undefined ? [] : [one.schedule.length])))];
  const steps = options.steps ?? (counts.length === 1 ? counts[0] : undefined);
  return texts.map((text, i) => {
    const family = families[i];
    if (family === undefined) return found[i]!;
    if (steps === undefined) throw new UsageError(`--iters must say how many steps ${text} has`);
    const made = makeFamily(family.name, steps, family.range);
    // Two of a family are told apart by their ranges.
    return { schedule: made.with({ name: made.name + text.slice(family.name.length) }), saysClamp: false };
  });
}

async function contender(text: string, { modelFolder }: ContenderOptions): Promise<Contender> {
  const found = await namedSchedule(text, modelFolder);
  const { schedule, saysClamp, origin } = found;
  if (!('path' in found)) return { schedule, saysClamp };
  const label =
    origin === 'model' || found.path.includes(schedule.name) ? schedule.name : `${schedule.name} (${found.path})`;
  const best = await readBest(found.path).catch(() => undefined);
  return {
    schedule: schedule.with({ name: plain(label) }),
    saysClamp,
    isOfModel: origin === 'model',
    outcome: best?.outcome,
    study: studySettings.safeParse(best?.study).data,
  };
}

/**
 * The same without those that have the betas of one before, each of which is a remark, and with names of which none is twice: from the
 * second on they are numbered.
 */
export function distinct(all: readonly Contender[]): { readonly contenders: Contender[]; readonly remarks: string[] } {
  const kept: Contender[] = [];
  const remarks: string[] = [];
  for (const one of all) {
    const same = kept.find(({ schedule }) => sameBetas(schedule.betas, one.schedule.betas));
    if (same !== undefined) {
      remarks.push(`${one.schedule.name} has the betas of ${same.schedule.name}, and is heard once.`);
      continue;
    }
    const isTaken = (name: string) => kept.some(({ schedule }) => schedule.name === name);
    let { name } = one.schedule;
    for (let count = 2; isTaken(name); count++) name = `${one.schedule.name} (${count})`;
    kept.push({ ...one, schedule: one.schedule.with({ name }) });
  }
  return { contenders: kept, remarks };
}

/** Where a schedule does not fit a model, its sampler or its clips, one sentence each, with both values. */
export function contenderRemarks(contender: Contender, plan: ModelPlan): string[] {
  const { schedule, study } = contender;
  const said = fitRemarks(contender, plan, 'comparison');
  return study === undefined ? said : [...said, ...clipRemarks(schedule.name, study, plan.settings)];
}

/** What a schedule has had to do with the clips before. */
function clipRemarks(name: string, study: StudySettings, settings: ModelPlan['settings']): string[] {
  const heard = settings.heldoutClips.map(({ hash }) => hash);
  const chosenOn = study.scoringClips.filter(({ hash }) => heard.includes(hash)).length;
  if (chosenOn > 0) return [`${name} was chosen on ${chosenOn} of these ${heard.length} clips, which flatters it.`];
  const isVerification =
    study.seed === settings.seed &&
    study.checkpoint.hash === settings.checkpoint.hash &&
    study.heldoutClips.map(({ hash }) => hash).join() === heard.join();
  return isVerification ? [`${name} was verified on these clips with this noise; --seed draws other noise.`] : [];
}
