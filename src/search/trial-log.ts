import type { Entry } from './entry.ts';
import type { Progress } from './progress.ts';
import type { ByClip } from './race.ts';
import { estimate } from './statistics.ts';
import type { Study } from './study.ts';
import type { Stage } from './taken.ts';
import { byScore, type Trial } from './trial.ts';

/** What a candidate came to. */
interface End {
  readonly state: Trial['state'];
  /** Distances of the clips that were heard. */
  readonly byClip: ByClip;
  readonly score: number;
  /** The one that it ended on. */
  readonly stage: Stage;
}

/** The trials of a search, as they end. */
export interface TrialLog {
  readonly trials: readonly Trial[];
  /**
   * Makes a trial of a candidate, and gives the writing of its row; nothing where that is written already, so that a night's trials are gone through again
   * at once.
   */
  record(entry: Entry, end: End): Promise<void> | undefined;
  /** Adds to the NFE that are done. */
  spend(nfe: number): void;
  /** Says how far the search is. */
  tell(): void;
}

/** @param onTrial gets each candidate whose trial was recorded */
export function createTrialLog(
  study: Pick<Study, 'written' | 'addTrial'>,
  onTrial: (entry: Entry, trial: Trial) => void,
  onProgress: (progress: Omit<Progress, 'nfePlanned'>) => void,
): TrialLog {
  const trials: Trial[] = [];
  let spent = 0;
  let best: Trial | undefined;

  function keep(entry: Entry, trial: Trial): void {
    entry.taken.candidate = trial;
    trials.push(trial);
    if (trial.state === 'complete' && (best === undefined || byScore(trial, best) < 0)) best = trial;
    onTrial(entry, trial);
  }
  function tell(): void {
    onProgress({ phase: 'search', trials: trials.length, nfe: spent, best });
  }
  return {
    trials,
    record(entry, { state, byClip, score, stage }) {
      const { id, candidate, draws, heard } = entry.taken;
      const { betas, origin, parent } = candidate;
      const { nfe, seconds } = entry;
      const { standardError } = estimate(byClip);
      const ended = Number.isFinite(score) ? state : 'failed';
      let trial: Trial = { id, betas, origin, parent, state: ended, score, standardError, draws, nfe, seconds };
      if (stage.coarse) trial = { ...trial, coarse: true };
      if (heard.failure !== undefined) trial = { ...trial, reason: heard.failure };
      const isWritten = study.written.delete(id);
      keep(entry, trial);
      return isWritten ? undefined : study.addTrial(trial).then(tell);
    },
    spend(nfe) {
      spent += nfe;
    },
    tell,
  };
}
