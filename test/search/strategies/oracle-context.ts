import { NoiseSchedule } from '../../../src/schedule/noise-schedule.ts';
import { createPrefixLedger } from '../../../src/search/prefixes.ts';
import type { StrategyContext } from '../../../src/search/strategies/strategy.ts';
import type { Candidate, Trial } from '../../../src/search/trial.ts';
import { oracleErrors, oracleScore } from '../../schedule/oracle.ts';

/** Of ln σ. */
const STEP = 1e-4;

export interface OracleContextOptions {
  /** That every candidate must have; anything else is an error of the strategy. Default: any. */
  readonly steps?: number;
  /** NFE. */
  readonly budget: number;
  /** Numbers in a state of the batch, by which the memory of shared prefixes is bounded. Default: four crops of 0.33 s. */
  readonly samples?: number;
  /** What a schedule scores; NaN makes a failed trial. Default: the Gaussian oracle's dB. */
  readonly score?: (betas: readonly number[], draws: number) => number;
}

export interface OracleContext {
  readonly context: StrategyContext;
  /** In the order of ids. */
  readonly trials: Trial[];
  /** The lowest score so far. */
  readonly best: () => number;
  /** What was charged so far. */
  readonly nfe: () => number;
}

/** A search in memory, over the Gaussian oracle: what a search charges and answers, at once and without a network. */
export function oracleContext({
  steps,
  budget,
  samples = 4 * 7200,
  score = oracleScore,
}: OracleContextOptions): OracleContext {
  const trials: Trial[] = [];
  const known = new Map<string, Trial>();
  const ledger = createPrefixLedger('float64');
  let spent = 0;
  let isSpent = false;

  function pay(nfe: number): void {
    isSpent ||= spent + nfe > budget;
    if (isSpent) throw new Error('the budget is spent');
    spent += nfe;
  }
  function tried(candidate: Candidate, draws: number): Trial {
    const { betas } = candidate;
    const key = betas.join(' ');
    const before = known.get(key);
    if (before !== undefined && before.draws >= draws) return before;
    if (steps !== undefined && betas.length !== steps) throw new RangeError(`${steps} steps, got ${betas.length}`);
    const missing = Array.from({ length: draws - (before?.draws ?? 0) }, (_, i) => draws - i);
    const nfe = missing.reduce((sum, draw) => sum + ledger.charge(betas, samples, `${draw}/`), 0);
    pay(nfe);
    const value = score(betas, draws);
    const state = Number.isFinite(value) ? 'complete' : 'failed';
    const rest = { id: trials.length + 1, state, standardError: 0, draws, nfe, seconds: 0 } as const;
    const trial = { ...candidate, ...rest, score: state === 'complete' ? value : Number.NaN };
    trials.push(trial);
    known.set(key, trial);
    return trial;
  }
  /** At once, as candidates are taken when they are asked for; of the end, a strategy that asked ahead need not hear twice. */
  function answer<T>(work: () => T): Promise<T> {
    const promise = new Promise<T>((resolve) => resolve(work()));
    promise.catch(() => {});
    return promise;
  }

  return {
    context: {
      left: () => (isSpent ? 0 : budget - spent),
      evaluate: (candidates, draws = 1) => answer(() => candidates.map((candidate) => tried(candidate, draws))),
      cleanErrors: (sigmas) =>
        answer(() => {
          pay(sigmas.length);
          return sigmas.map((sigma) => oracleErrors(sigma)[0]);
        }),
      // By central differences, at the price of a network's: one evaluation that no prefix shares, and two for each pullback.
      scoreGradient: (betas) =>
        answer(() => {
          pay(2 * betas.length + 1);
          const logSigmas = NoiseSchedule.fromBetas(betas, { asPublished: true }).sigmas.map(Math.log);
          const at = (n: number, by: number) =>
            score(NoiseSchedule.fromSigmas(logSigmas.map((x, i) => Math.exp(i === n ? x + by : x))).betas, 1);
          return logSigmas.map((_, n) => (at(n, STEP) - at(n, -STEP)) / (2 * STEP));
        }),
    },
    trials,
    best: () => Math.min(...trials.filter(({ state }) => state === 'complete').map((trial) => trial.score)),
    nfe: () => spent,
  };
}
