import type { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import type { Candidate, Trial } from '../trial.ts';

/** What a strategy is made from. Everything it does follows from these and from the trials it is shown. */
export interface StrategyOptions {
  readonly steps: number;
  readonly seed: number;
  /** Ends of what is searched: of σ for strategies over levels, of β for those over betas; each has its default. */
  readonly range?: readonly [lo: number, hi: number];
  /** Takes every stride-th candidate of a grid. Default 1. */
  readonly stride?: number;
  /** Values at each position of a grid over levels. */
  readonly values?: number;
  /** Presets, closed forms and what else the winner is compared with, each with that many steps. */
  readonly baselines: readonly NoiseSchedule[];
  /** Those of the baselines that were asked for; every strategy tries them first. Default: none. */
  readonly starts?: readonly NoiseSchedule[];
}

/**
 * Proposes candidates in generations, whose size does not depend on the number of workers. While one generation runs the next
 * is asked for, so that no worker waits: `seen` holds the complete generations, all but the one before.
 * The same options and trials give the same proposals, so a search that was stopped goes on where it was.
 */
export interface Strategy {
  /** Candidates in all, where the strategy ends by itself. */
  readonly length?: number;
  /** The candidates of a generation, counted from 0; none when the strategy has come to its end. */
  propose(generation: number, seen: readonly Trial[]): readonly Candidate[];
}
