import { join } from 'node:path';
import { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { baselines } from './baselines.ts';
import { defaultBudget, planOn, type SearchPlan, type SearchRequest } from './plan.ts';
import type { ModelPlan } from './plan-model.ts';
import type { Progress } from './progress.ts';
import type { EvaluationPool } from './runner.ts';
import { type SearchResult, search } from './search.ts';
import { openStudy } from './study.ts';
import { createShared } from './trials.ts';
import { BRIEF, verificationCost } from './verification.ts';

/** NFE for each step of a schedule that is searched from those of fewer steps; within 0.003 dB of a search of its own on the Gaussian oracle. */
const FROM_SHORTER = 30;

/** One of several searches of a run. */
export interface OneOfMany {
  readonly plan: SearchPlan;
  readonly result: SearchResult;
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
 * Searches schedules of several numbers of steps, from the fewest up. They share the table of errors and what the network said, and `auto` begins each with what the
 * best of fewer steps say of it. Undefined where it was cancelled: what was finished is in the journals, and the same run goes on.
 */
export async function searchMany(options: ManyOptions): Promise<readonly OneOfMany[] | undefined> {
  const { model, requests, planned, folder, resume = false, pool, isCancelled, onProgress = () => {} } = options;
  const shared = createShared(model.settings.precision);
  const found: OneOfMany[] = [];
  let before = 0;
  for (const [i, request] of requests.entries()) {
    const { steps } = request;
    const shorter = found.map(({ result }) => NoiseSchedule.fromBetas(result.outcome.betas, result.outcome));
    const plan = await planOn(model, request, shorter);
    // The later ones are not there where the run was stopped before them.
    const mode = { resume: resume && i === 0 };
    const study = await openStudy(join(folder, String(steps)), plan.settings, mode, Date.now());
    const after = planned.slice(i + 1).reduce((sum, cost) => sum + cost, 0);
    const spent = before;
    const result = await search({
      study,
      strategy: plan.strategy,
      baselines: plan.baselines,
      pool,
      shared,
      verification: BRIEF,
      isCancelled,
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

/** What searches of several numbers of steps, in rising order, may spend unless they are told otherwise, in NFE. */
export function defaultBudgets(
  counts: readonly number[],
  { strategy, replicates }: Pick<SearchRequest, 'strategy' | 'replicates'>,
): number[] {
  return counts.map((steps, i) =>
    // Only `auto` makes use of the others.
    i === 0 || strategy !== 'auto' ? defaultBudget({ steps, replicates }) : FROM_SHORTER * steps * replicates,
  );
}

/** What each search will come to with its verification, at most, in NFE. */
export function plannedCosts(requests: readonly OneRequest[]): Promise<number[]> {
  return Promise.all(
    requests.map(async ({ steps, replicates, from, budget }) => {
      const { length } = await baselines(steps, from);
      return budget + verificationCost({ steps, replicates, baselines: length }, BRIEF);
    }),
  );
}
