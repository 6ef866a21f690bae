import type { KnownSchedule } from './known-evaluations.ts';
import type { Due, Taken } from './taken.ts';

/** A candidate in its race, what it came to so far, and what is due, and paid, on each stage. */
export interface Entry {
  readonly taken: Taken;
  readonly schedule: KnownSchedule;
  nfe: number;
  seconds: number;
  paid: readonly (readonly Due[])[];
}
