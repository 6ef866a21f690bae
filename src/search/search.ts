import type { MetricName } from '../audio/distances/index.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import type { JournalEvaluation } from './journal.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { createRunner, type EvaluationPool, type Runner } from './runner.ts';
import type { StudySettings } from './settings.ts';
import { estimate, meanOverReplicates } from './statistics.ts';
import type { Strategy } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import { byScore, type Candidate, type Trial } from './trial.ts';
import { verificationCost, verify } from './verification.ts';

export interface SearchOptions {
  readonly study: Study;
  readonly strategy: Strategy;
  readonly baselines: readonly NoiseSchedule[];
  readonly pool: EvaluationPool;
  readonly onProgress?: (progress: Progress) => void;
  /** Once true, what is running ends at its next step and the search gives undefined. */
  readonly isCancelled?: () => boolean;
}

export interface SearchResult {
  /** In the order of ids. */
  readonly trials: readonly Trial[];
  readonly outcome: Outcome;
  /** Network evaluations that this session made; the rest was in the journal already. */
  readonly nfeMade: number;
}

/**
 * Runs a search to its end, or on from where the study's journal stops: the strategy's trials on the scoring clips until the
 * budget is used, then the held-out verification. Undefined where it was cancelled; all that was finished is in the journal.
 */
export async function search(options: SearchOptions): Promise<SearchResult | undefined> {
  const { study, strategy, baselines, pool, onProgress = () => {}, isCancelled = () => false } = options;
  const runner = createRunner(study, pool, isCancelled);
  try {
    const { steps, replicates } = study.settings;
    const nfePlanned = trialsNfe(study.settings, strategy) + verificationCost(steps, replicates, baselines.length);
    const trials = await runTrials(study, strategy, runner, (progress) => onProgress({ ...progress, nfePlanned }));
    if (runner.hasStopped()) return undefined;
    await study.writeTrials(trials);
    const outcome = await verify({ study, trials, baselines, runner, onProgress });
    if (outcome === undefined) return undefined;
    await study.writeOutcome(outcome);
    return { trials, outcome, nfeMade: runner.nfeMade() };
  } finally {
    try {
      await runner.settle();
    } finally {
      await study.journal.close();
    }
  }
}

/** What the trials of a search are planned to cost: the budget, or less where the strategy ends before it. */
export function trialsNfe(
  { steps, replicates, budget }: StudySettings,
  { length = Number.POSITIVE_INFINITY }: Strategy,
): number {
  const cost = steps * replicates;
  return cost * Math.min(Math.floor(budget / cost), length);
}

/** The trials that were complete before the strategy's end, the budget's, or a cancellation, in the order of ids. */
async function runTrials(
  study: Study,
  strategy: Strategy,
  runner: Runner,
  onProgress: (progress: Omit<Progress, 'nfePlanned'>) => void,
): Promise<Trial[]> {
  const { budget, replicates } = study.settings;
  const cost = ({ betas }: Candidate) => betas.length * replicates;
  // What the journal holds is written before anything can interrupt.
  const before = trialsInJournal(study);
  await study.writeTrials(before);
  const written = new Set(before.map(({ id }) => id));
  const generations: Promise<Trial | undefined>[][] = [];
  const tried = new Set<string>();
  const finished: Trial[] = [];
  let planned = 0;
  let nfe = 0;
  let best: Trial | undefined;

  async function finish(id: number, candidate: Candidate, evaluations: Awaited<ReturnType<Runner['start']>>[]) {
    const entries = await Promise.all(evaluations.map(({ result }) => result));
    const complete = entries.filter((entry) => entry !== undefined);
    if (complete.length < entries.length) return undefined;
    const trial = trialOf(id, candidate, complete, study.settings.metric);
    if (!written.has(id)) await study.addTrial(trial);
    finished.push(trial);
    nfe += trial.nfe;
    if (best === undefined || byScore(trial, best) < 0) best = trial;
    onProgress({ phase: 'search', trials: finished.length, nfe, best });
    return trial;
  }

  for (let generation = 0; planned < budget && !runner.hasStopped(); generation++) {
    // All but the generation before, which is still under way: so no worker waits for the end of a generation.
    const seen = await Promise.all(generations.slice(0, Math.max(0, generation - 1)).flat());
    const candidates = strategy.propose(
      generation,
      seen.filter((trial) => trial !== undefined),
    );
    if (candidates.length === 0) break;
    const started: Promise<Trial | undefined>[] = [];
    generations.push(started);
    for (const candidate of candidates) {
      const key = candidate.betas.join(' ');
      if (tried.has(key)) continue;
      if (planned + cost(candidate) > budget) {
        planned = budget;
        break;
      }
      tried.add(key);
      planned += cost(candidate);
      const id = tried.size;
      const evaluations = [];
      for (let replicate = 0; replicate < replicates; replicate++) {
        evaluations.push(
          await runner.start({
            phase: 'search',
            trial: id,
            ...candidate,
            set: 'scoring',
            purpose: 'scoring',
            replicate,
            metrics: [study.settings.metric],
          }),
        );
      }
      const trial = finish(id, candidate, evaluations);
      started.push(
        trial.catch((error) => {
          runner.fail(error);
          return undefined;
        }),
      );
    }
  }
  await Promise.all(generations.flat());
  return finished.toSorted((a, b) => a.id - b.id);
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
      return trialOf(id, { betas, origin, parent }, inOrder, settings.metric);
    })
    .toSorted((a, b) => a.id - b.id);
}

/** A trial from all its evaluations, one a replicate and in their order. */
function trialOf(
  id: number,
  candidate: Candidate,
  evaluations: readonly JournalEvaluation[],
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
    nfe: evaluations.reduce((sum, { nfe }) => sum + nfe, 0),
    seconds: evaluations.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}
