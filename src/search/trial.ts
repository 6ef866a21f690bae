/** A schedule that a strategy asks to have evaluated. */
export interface Candidate {
  readonly betas: readonly number[];
  /** What made it: a strategy's name, or that of a preset. */
  readonly origin: string;
  /** The trial it was made from, if any. */
  readonly parent?: number;
}

/** One schedule, evaluated. */
export interface Trial extends Candidate {
  /** Counts from 1 in the order in which the strategy asked. */
  readonly id: number;
  /** A schedule that blows up, or whose worker fails twice, is a failed trial; one that lost its race before all clips were heard is a pruned one. */
  readonly state: 'complete' | 'failed' | 'pruned';
  /**
   * Mean distance over clips and replicates; lower is better; NaN where it failed. Of a pruned trial what it comes to if it is worse than
   * the best of its time on the other clips as on those that were heard.
   */
  readonly score: number;
  /** Of a pruned trial, whether the coarse network alone heard it. Default: false. */
  readonly coarse?: true;
  /** Of the score, over the clips that were heard. */
  readonly standardError: number;
  /** Draws of noise that it was heard with. A schedule that is heard with more of them later is another trial, with a better founded score. */
  readonly draws: number;
  readonly nfe: number;
  readonly seconds: number;
  /** Of a failed trial whose evaluation failed twice, why. */
  readonly reason?: string;
}

/**
 * The better trial first: those with more draws of noise, as the least of many scores from few draws is mostly luck, and of these the lower score; of
 * equal ones the earlier; those that are not complete last.
 */
export function byScore(a: Trial, b: Trial): number {
  if (a.state !== b.state) return a.state === 'complete' ? -1 : 1;
  return b.draws - a.draws || a.score - b.score || a.id - b.id;
}

export function sameBetas(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((beta, i) => beta === b[i]);
}
