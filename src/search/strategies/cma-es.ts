import { fillNormal } from '../../random/noise.ts';
import { covarianceAdaptation } from './covariance-adaptation.ts';
import { loadDecompose } from './eigen.ts';
import { bestOfFirst, scoreOf } from './first-trials.ts';
import { levelSpace } from './level-space.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

const POPULATION = 8;
/** Standard deviation of the first steps in ln σ, in parts of the range: 0.3 in the default one. */
const STEP = 1 / 30;
/** Standard deviation in ln σ, below which there is nothing to find. */
const CONVERGED = 2e-3;

/**
 * CMA-ES (Hansen 2016, arXiv 1604.00772) on ln σ, from the best start, or else of the baselines and a few evenly spread schedules; from the best
 * again whenever it has converged. Never ends.
 *
 * It begins with steps in which neighbouring levels move alike: then 12 levels need a third of the evaluations on the Gaussian oracle that they do
 * where each moves alone, and fewer than in the coordinates ln σ_1, ln ln(σ_{i+1}/σ_i). What it learns from is the schedule that was
 * tried, with levels that met the ends of the range or crossed brought in order.
 */
export function cmaEs(options: StrategyOptions): Strategy {
  const { steps, seed, range } = options;
  const space = levelSpace('cma-es', steps, range);
  const variance = (STEP * (space.hi - space.lo)) ** 2;
  const covariance = Array.from({ length: steps }, (_, i) =>
    Array.from({ length: steps }, (_, j) => variance * space.correlation ** Math.abs(i - j)),
  );

  return {
    async run(context) {
      const decompose = await loadDecompose();
      let best = await bestOfFirst(context, 'cma-es', space, options);
      let drawn = 0;
      for (;;) {
        const mean = space.of(best.betas).logSigmas;
        const adaptation = covarianceAdaptation({ mean, covariance, population: POPULATION, decompose });
        while (adaptation.spread() > CONVERGED) {
          const points = Array.from({ length: POPULATION }, () => {
            const key = { seed, purpose: 'proposal', clip: 0, replicate: 0, k: drawn++ } as const;
            return space.at(adaptation.point(fillNormal(new Float32Array(steps), key)));
          });
          const parent = best.id;
          const trials = await context.evaluate(points.map(({ betas }) => ({ betas, origin: 'cma-es', parent })));
          const scores = trials.map(scoreOf);
          const order = [...points.keys()].sort((a, b) => scores[a]! - scores[b]! || a - b);
          if (scores[order[0]!]! < scoreOf(best)) best = trials[order[0]!]!;
          adaptation.tell(order.map((i) => points[i]!.logSigmas));
        }
      }
    },
  };
}
