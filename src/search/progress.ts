import type { Phase } from './journal.ts';
import type { Trial } from './trial.ts';

/** How far a search is. */
export interface Progress {
  readonly phase: Phase;
  /** Trials that are complete. */
  readonly trials: number;
  /** Charged to this phase so far, and its plan. */
  readonly nfe: number;
  readonly nfePlanned: number;
  readonly best?: Trial;
}
