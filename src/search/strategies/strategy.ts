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
  /** The best schedules of fewer steps that were found for the same model, in the order of their steps: a good place to begin. Default: none. */
  readonly shorter?: readonly NoiseSchedule[];
}

/** What a strategy may ask of the search that runs it. */
export interface StrategyContext {
  /** NFE of the budget that are left; it falls as candidates are taken. */
  readonly left: () => number;
  /**
   * Tries the candidates of one generation, whose size must not depend on the number of workers; resolves with their trials, in their order,
   * once all are complete. One that was tried before gives its trial again and costs nothing. Rejects where one does not fit into
   * the budget any more, or the search was cancelled: strategies let that pass.
   *
   * @param draws of noise, for each candidate; those that it was heard with in a trial before, on as many clips, are not paid again. Default: the study's replicates
   */
  readonly evaluate: (candidates: readonly Candidate[], draws?: number) => Promise<readonly Trial[]>;
  /**
   * The mean squared error, per sample and over the scoring clips, of the clean signal that the network predicts at each σ, with the
   * sampler's clamp: E‖y0 − ŷ0(y_σ)‖²/d. One NFE each.
   */
  readonly cleanErrors: (sigmas: readonly number[]) => Promise<readonly number[]>;
  /**
   * How a schedule's score changes with ln σ_1 … ln σ_N, by back-propagation through its sampling; two NFE for each step beside what trying
   * it costs.
   */
  readonly scoreGradient: (betas: readonly number[]) => Promise<readonly number[]>;
}

/**
 * Looks for good schedules. The same options and trials give the same proposals, so a search that was stopped goes on where it was: it
 * waits in a fixed order and for nothing else.
 */
export interface Strategy {
  /** Candidates in all, where the strategy ends by itself. */
  readonly length?: number;
  /** Ends where nothing is left to try. */
  run(context: StrategyContext): Promise<void>;
}
