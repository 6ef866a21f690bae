import { join } from 'node:path';
import { timeNow } from '../formats/time-now.ts';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { defaultBudget, planOn, type SearchPlan, type SearchRequest } from './plan.ts';
import type { ModelPlan } from './plan-model.ts';
import type { Progress } from './progress.ts';
import type { EvaluationPool } from './runner.ts';
import { type SearchResult, search, trialsNfe } from './search.ts';
import type { StudySettings } from './settings.ts';
import { finishedBefore, lockStudy, openStudy, readSettings } from './study.ts';
import type { KnownErrors } from './trials.ts';
import { BRIEF, verificationCost } from './verification.ts';

/** NFE for each step of a schedule that is searched from those of fewer steps; within 0.003 dB of a search of its own on the Gaussian oracle. */
const FROM_SHORTER = 30;

/** One of several searches of a run. */
export interface OneOfMany {
  readonly plan: SearchPlan;
  readonly result: Pick<SearchResult, 'outcome' | 'nfeMade'>;
}

/** What is asked for of one number of steps. */
type OneRequest = SearchRequest & { readonly budget: number };

interface ManyOptions {
  readonly model: ModelPlan;
  /** In the order of their steps, which rise. */
  readonly requests: readonly OneRequest[];
  /** As `plannedCosts` gives it. */
  readonly planned: readonly number[];
  /** Gets a study for each number of steps, in a folder of that name. */
  readonly folder: string;
  /** The first of the studies must exist already. */
  readonly resume?: boolean;
  readonly pool: EvaluationPool;
  /** NFE are those of the whole run; trials and the best those of the number of steps that is being searched. */
  readonly onProgress?: (progress: Progress & { readonly steps: number }) => void;
  readonly isCancelled?: () => boolean;
}

/**
 * Searches schedules of several numbers of steps, from the fewest up. They share the table of errors, and `auto` begins each with what the
 * best of fewer steps say of it. One that goes on begins as it did then, though its budget and that of those before it may be larger by now. Undefined where it was
 * cancelled: what was finished is in the journals, and the same run goes on.
 */
export async function searchMany(options: ManyOptions): Promise<readonly OneOfMany[] | undefined> {
  const { folder, requests, resume = false } = options;
  // A folder that is to be gone on with is not made.
  const isThere = !resume || (await readSettings(join(folder, String(requests[0]!.steps)))) !== undefined;
  const lock = isThere ? await lockStudy(folder) : undefined;
  try {
    return await searchEach(options);
  } finally {
    await lock?.release();
  }
}

async function searchEach(options: ManyOptions): Promise<readonly OneOfMany[] | undefined> {
  const { model, requests, planned, folder, resume = false, pool, isCancelled, onProgress = () => {} } = options;
  const knownErrors: KnownErrors = new Map();
  const found: OneOfMany[] = [];
  let before = 0;
  for (const [i, request] of requests.entries()) {
    const { steps } = request;
    const own = join(folder, String(steps));
    const known = await readSettings(own);
    const plan = await planOn(model, request, known === undefined ? shorterFor(request, found) : shorterOf(known));
    // The later ones are not there where the run was stopped before them.
    const mode = { resume: resume && i === 0 };
    const study = await openStudy(own, plan.settings, mode, timeNow());
    const after = planned.slice(i + 1).reduce((sum, cost) => sum + cost, 0);
    const spent = before;
    const result = await search({
      study,
      strategy: plan.strategy,
      baselines: plan.baselines,
      pool,
      knownErrors,
      verification: BRIEF,
      isCancelled,
      recordings: model.worker.clips.heldout,
      onProgress: (progress) => {
        const { nfe, nfePlanned } = progress;
        onProgress({ ...progress, steps, nfe: spent + nfe, nfePlanned: spent + nfePlanned + after });
      },
    });
    if (result === undefined) return undefined;
    const { nfe } = result.outcome;
    before += nfe.search + nfe.verification;
    found.push({ plan, result });
  }
  return found;
}

/**
 * What a run found that has nothing left to do, or undefined: where one search has, all are gone through again, since a table of errors that an
 * earlier one measured is not charged to it.
 *
 * @throws {InputError} if a folder holds another study
 */
export async function finishedMany({
  model,
  requests,
  folder,
}: Pick<ManyOptions, 'model' | 'requests' | 'folder'>): Promise<readonly OneOfMany[] | undefined> {
  const found: OneOfMany[] = [];
  for (const request of requests) {
    const own = join(folder, String(request.steps));
    const known = await readSettings(own);
    if (known === undefined) return undefined;
    const plan = await planOn(model, request, shorterOf(known));
    const outcome = await finishedBefore(own, plan.settings, {});
    if (outcome === undefined) return undefined;
    found.push({ plan, result: { outcome, nfeMade: 0 } });
  }
  return found;
}

/** The winners that a search began with. */
function shorterOf({ shorter = [] }: StudySettings): NoiseSchedule[] {
  return shorter.map(asSchedule);
}

/** The winners that a search can begin with. */
function shorterFor({ strategy }: SearchRequest, found: readonly OneOfMany[]): NoiseSchedule[] {
  const winners = found.map(({ result }) => asSchedule(result.outcome));
  return winners.filter(({ length }) => isTelling(length, strategy));
}

/** Whether the best schedule of that many steps says something of those of more: only `auto` listens, and one level alone has no shape. */
function isTelling(steps: number, strategy: SearchRequest['strategy']): boolean {
  return strategy === 'auto' && steps > 1;
}

function asSchedule({ betas, name }: { readonly betas: readonly number[]; readonly name: string }): NoiseSchedule {
  return NoiseSchedule.fromBetas(betas, { name, asPublished: true });
}

/** What searches of several numbers of steps, in rising order, may spend unless they are told otherwise, in NFE. */
export function defaultBudgets(
  counts: readonly number[],
  { strategy, replicates }: Pick<SearchRequest, 'strategy' | 'replicates'>,
): number[] {
  return counts.map((steps, i) =>
    counts.slice(0, i).some((fewer) => isTelling(fewer, strategy))
      ? FROM_SHORTER * steps * replicates
      : defaultBudget({ steps, replicates }),
  );
}

/**
 * What each search will come to with its verification, at most, in NFE.
 *
 * @throws {InputError} if one cannot be made
 */
export function plannedCosts(model: ModelPlan, requests: readonly OneRequest[]): Promise<number[]> {
  return Promise.all(
    requests.map(async (request) => {
      const { settings, strategy, baselines } = await planOn(model, request);
      const { steps, replicates } = settings;
      const verification = verificationCost({ steps, replicates, baselines: baselines.length }, BRIEF);
      return trialsNfe(settings, strategy) + verification;
    }),
  );
}
