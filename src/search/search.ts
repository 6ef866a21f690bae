import { writeFault } from '../formats/write-fault.ts';
import type { NoiseSchedule } from '../schedule/noise-schedule.ts';
import { listen, writeListening } from './listening.ts';
import type { Outcome } from './outcome.ts';
import type { Progress } from './progress.ts';
import { createRunner, type EvaluationPool } from './runner.ts';
import type { StudySettings } from './settings.ts';
import type { Strategy } from './strategies/strategy.ts';
import type { Study } from './study.ts';
import type { Trial } from './trial.ts';
import { type KnownErrors, runTrials } from './trials.ts';
import { THOROUGH, type VerificationSize, verificationCost, verify } from './verification.ts';

export interface SearchOptions {
  readonly study: Study;
  readonly strategy: Strategy;
  readonly baselines: readonly NoiseSchedule[];
  readonly pool: EvaluationPool;
  /** What it knows of the network from other searches of the same run, and they from it. Default: nothing. */
  readonly knownErrors?: KnownErrors;
  /** How thoroughly the winner is chosen and judged. Default: THOROUGH. */
  readonly verification?: VerificationSize;
  /** The held-out clips: some are then generated once more and kept, to be listened to. Default: none. */
  readonly recordings?: readonly Float32Array[];
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
  const { study, strategy, baselines, pool, knownErrors, verification = THOROUGH, recordings = [] } = options;
  const { onProgress = () => {}, isCancelled = () => false } = options;
  const runner = createRunner(study, pool, isCancelled);
  try {
    const { steps, replicates } = study.settings;
    const nfePlanned =
      trialsNfe(study.settings, strategy) +
      verificationCost({ steps, replicates, baselines: baselines.length }, verification);
    const onTrial = (progress: Omit<Progress, 'nfePlanned'>) => onProgress({ ...progress, nfePlanned });
    const { trials, nfe, coarse } = await runTrials(study, strategy, runner, onTrial, knownErrors);
    if (runner.hasStopped()) return undefined;
    await study.writeTrials(trials);
    const judged = await verify({ study, trials, searchNfe: nfe, baselines, runner, size: verification, onProgress });
    if (judged === undefined) return undefined;
    const outcome = { ...judged, ...(coarse && { coarse }) };
    if (recordings.length > 0) {
      const { settings, folder } = study;
      const listening = await listen({ settings, trials, outcome, recordings, pool });
      if (listening === undefined) return undefined;
      await writeListening(folder, listening, settings.sampleRate);
    }
    // Last, as it says that the search is at its end.
    await study.writeOutcome(outcome);
    return { trials, outcome, nfeMade: runner.nfeMade() };
  } catch (error) {
    throw writeFault(study.folder, error);
  } finally {
    try {
      await runner.settle().catch((error: unknown) => {
        throw writeFault(study.folder, error);
      });
    } finally {
      await study.journal.close();
    }
  }
}

/** What a search is planned to cost, at most: the budget, or less where the strategy ends before it. */
export function trialsNfe(
  { steps, replicates, budget }: StudySettings,
  { length = Number.POSITIVE_INFINITY }: Strategy,
): number {
  return Math.min(budget, steps * replicates * length);
}
