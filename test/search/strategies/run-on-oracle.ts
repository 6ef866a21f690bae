import { baselines as baselinesFor } from '../../../src/search/baselines.ts';
import type { Strategy, StrategyContext, StrategyOptions } from '../../../src/search/strategies/strategy.ts';
import { oracleContext } from './oracle-context.ts';

const SEEDS = [0, 1, 2, 3, 4];

/** Runs a strategy to its end or its budget's. */
export async function within(strategy: Strategy, context: StrategyContext): Promise<void> {
  await strategy.run(context).catch((error: Error) => {
    if (error.message !== 'the budget is spent') throw error;
  });
}

/** The best score in dB within that many NFE, for each of five seeds. */
export function bestOfSeeds(
  make: (options: StrategyOptions) => Strategy,
  steps: number,
  { nfe, baselines }: { nfe: number; baselines?: [] },
): Promise<number[]> {
  return Promise.all(
    SEEDS.map(async (seed) => {
      const { context, best } = oracleContext({ steps, budget: nfe });
      await within(make({ steps, seed, baselines: baselines ?? (await baselinesFor(steps)) }), context);
      return best();
    }),
  );
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}
