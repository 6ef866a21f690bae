import type { Phase } from './journal.ts';
import type { Trial } from './trial.ts';

/** How far a search is. */
export interface Progress {
  readonly phase: Phase;
  /** Trials that are complete. */
  readonly trials: number;
  /** Charged so far, and what trials and verification are planned to come to. */
  readonly nfe: number;
  readonly nfePlanned: number;
  readonly best?: Trial;
}
