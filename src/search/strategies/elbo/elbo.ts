import { levelSpace } from '../level-space.ts';
import type { Strategy, StrategyOptions } from '../strategy.ts';
import { searchBound } from './bound-search.ts';
import { measureErrors } from './error-table.ts';

/**
 * The variational bound's optimum (Watson et al. 2021, arXiv 2106.03802): the baselines first, then, after measuring how well the network sees the clean
 * signal at 16 levels, the schedules that dynamic programming gives for each noisiest level and δ², as `searchBound` takes them. Nothing is random.
 * The range is of σ.
 *
 * @throws {InputError} if the range is not of two rising positive numbers
 */
export function elbo({ steps, range, baselines }: StrategyOptions): Strategy {
  const { lo, hi } = levelSpace('elbo', steps, range);
  return {
    async run(context) {
      if (baselines.length > 0) {
        await context.evaluate(baselines.map(({ betas, name }) => ({ betas, origin: name })));
      }
      const table = await measureErrors(context, [Math.exp(lo), Math.exp(hi)]);
      if (table !== undefined) await searchBound(context, table, steps);
    },
  };
}
