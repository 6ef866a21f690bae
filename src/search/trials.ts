import type { MetricName } from '../audio/distances/index.ts';
import type { JournalEvaluation } from './journal.ts';
import { createPrefixLedger } from './prefixes.ts';
import type { Progress } from './progress.ts';
import type { Runner } from './runner.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Strategy, StrategyContext } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import { byScore, type Candidate, type Trial } from './trial.ts';

/** What a search's trials came to. */
export interface Trials {
  /** The complete ones, in the order of ids. */
  readonly trials: readonly Trial[];
  /** What they and all else that the strategy asked for were charged. */
  readonly nfe: number;
}

/** What a strategy gets in place of results once its budget is used or the search was cancelled. */
class SearchEnd extends Error {}

/** A candidate that was taken: its trial is undefined where the search was cancelled, or went wrong, before it was complete. */
interface Taken {
  readonly id: number;
  readonly candidate: Candidate;
  readonly nfe: number;
  trial: Promise<Trial | undefined>;
}

/**
 * Lets a strategy try candidates until it has no more, the budget is used, or the search is cancelled.
 *
 * A candidate is charged what it needs beside the ones before it, in the order of ids, as if one memory of prefixes served them all.
 */
export async function runTrials(
  study: Study,
  strategy: Strategy,
  runner: Runner,
  onProgress: (progress: Omit<Progress, 'nfePlanned'>) => void,
): Promise<Trials> {
  const { budget, replicates, metric, precision, clipSamples, scoringClips } = study.settings;
  // What the journal holds is written before anything can interrupt.
  const before = trialsInJournal(study);
  await study.writeTrials(before);
  const written = new Set(before.map(({ id }) => id));
  const ledger = createPrefixLedger(precision);
  const tried = new Map<string, Taken>();
  const errors = new Map<number, Promise<number | undefined>>();
  const underWay: Promise<unknown>[] = [];
  const finished: Trial[] = [];
  let planned = 0;
  let done = 0;
  let hasEnded = false;
  let best: Trial | undefined;

  /** Takes NFE from the budget; false, for this and all that comes later, where they are not there. */
  function take(nfe: number): boolean {
    hasEnded ||= runner.hasStopped() || planned + nfe > budget;
    if (!hasEnded) planned += nfe;
    return !hasEnded;
  }

  function finish(nfe: number): void {
    done += nfe;
    onProgress({ phase: 'search', trials: finished.length, nfe: done, best });
  }

  async function trialFrom({ id, candidate, nfe }: Taken, entries: readonly Promise<JournalEvaluation | undefined>[]) {
    try {
      const evaluations = await Promise.all(entries);
      const complete = evaluations.filter((entry) => entry !== undefined);
      if (complete.length < evaluations.length) return undefined;
      const trial = trialOf(id, candidate, complete, nfe, metric);
      if (!written.has(id)) await study.addTrial(trial);
      finished.push(trial);
      if (best === undefined || byScore(trial, best) < 0) best = trial;
      finish(nfe);
      return trial;
    } catch (error) {
      runner.fail(error);
      return undefined;
    }
  }

  async function evaluate(candidates: readonly Candidate[]): Promise<Trial[]> {
    const wanted: Taken[] = [];
    const fresh: Taken[] = [];
    for (const candidate of candidates) {
      const key = candidate.betas.join(' ');
      let taken = tried.get(key);
      if (taken === undefined) {
        const nfe = replicates * ledger.charge(candidate.betas, clipSamples * scoringClips.length);
        if (!take(nfe)) break;
        taken = { id: tried.size + 1, candidate, nfe, trial: Promise.resolve(undefined) };
        tried.set(key, taken);
        fresh.push(taken);
      }
      wanted.push(taken);
    }
    const entries = runner.evaluate(
      fresh.flatMap(({ id, candidate, nfe }) =>
        Array.from({ length: replicates }, (_, replicate) => ({
          kind: 'evaluation' as const,
          phase: 'search' as const,
          trial: id,
          ...candidate,
          charged: nfe / replicates,
          set: 'scoring' as const,
          purpose: 'scoring' as const,
          replicate,
          metrics: [metric],
        })),
      ),
    );
    for (const [i, taken] of fresh.entries()) {
      taken.trial = trialFrom(taken, entries.slice(i * replicates, (i + 1) * replicates));
    }
    const trials = (await Promise.all(wanted.map(({ trial }) => trial))).filter((trial) => trial !== undefined);
    if (trials.length < candidates.length) throw new SearchEnd();
    return trials;
  }

  async function cleanErrors(sigmas: readonly number[]): Promise<number[]> {
    const fresh = sigmas.filter((sigma) => !errors.has(sigma));
    if (!take(fresh.length)) throw new SearchEnd();
    const entries = runner.cleanErrors(fresh.map((sigma) => ({ kind: 'clean-error', sigma })));
    for (const [i, sigma] of fresh.entries()) {
      const error = entries[i]!.then((entry) => {
        if (entry !== undefined) finish(1);
        return entry && estimate(entry.errors).mean;
      });
      errors.set(sigma, error);
    }
    const means = (await Promise.all(sigmas.map((sigma) => errors.get(sigma)))).filter((mean) => mean !== undefined);
    if (means.length < sigmas.length) throw new SearchEnd();
    return means;
  }

  /** A strategy may look at a result later, or not at all, when something else has ended it. */
  function watched<Result>(result: Promise<Result>): Promise<Result> {
    underWay.push(result.catch(() => undefined));
    return result;
  }

  const context: StrategyContext = {
    left: () => budget - planned,
    evaluate: (candidates) => watched(evaluate(candidates)),
    cleanErrors: (sigmas) => watched(cleanErrors(sigmas)),
  };
  try {
    await strategy.run(context);
  } catch (error) {
    if (!(error instanceof SearchEnd)) throw error;
  }
  await Promise.all(underWay);
  return { trials: finished.toSorted((a, b) => a.id - b.id), nfe: done };
}

/** The complete trials of earlier sessions, in the order of ids. */
function trialsInJournal({ done, settings }: Study): Trial[] {
  const byId = new Map<number, JournalEvaluation[]>();
  for (const entry of done.evaluations) {
    if (entry.trial !== undefined) byId.set(entry.trial, [...(byId.get(entry.trial) ?? []), entry]);
  }
  return [...byId]
    .filter(([, entries]) => entries.length === settings.replicates)
    .map(([id, entries]) => {
      const { betas, origin = '', parent } = entries[0]!;
      const inOrder = entries.toSorted((a, b) => a.replicate - b.replicate);
      const nfe = entries.reduce((sum, entry) => sum + (entry.charged ?? entry.nfe), 0);
      return trialOf(id, { betas, origin, parent }, inOrder, nfe, settings.metric);
    })
    .toSorted((a, b) => a.id - b.id);
}

/** A trial from all its evaluations, one a replicate and in their order. */
function trialOf(
  id: number,
  candidate: Candidate,
  evaluations: readonly JournalEvaluation[],
  nfe: number,
  metric: MetricName,
): Trial {
  const perClip = meanOverReplicates(evaluations.map(({ distances }) => distances[metric]!));
  const { mean, standardError } = estimate(perClip);
  return {
    ...candidate,
    id,
    state: Number.isFinite(mean) ? 'complete' : 'failed',
    score: mean,
    standardError,
    nfe,
    seconds: evaluations.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
