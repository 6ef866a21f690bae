import { scheduleDistance } from '../../schedule/analysis/distance.ts';
import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { byScore, type Candidate, type Trial } from '../trial.ts';
import { cmaEs } from './cma-es.ts';
import { descend } from './coordinate.ts';
import { boundSchedules } from './elbo/bound-schedules.ts';
import { measureErrors } from './elbo/error-table.ts';
import { bestOfFirst } from './first-trials.ts';
import { levelSpace } from './level-space.ts';
import type { Strategy, StrategyContext, StrategyOptions } from './strategy.ts';

/** Of the schedules that are optimal for the variational bound: those that lie well apart. */
const BOUND_STARTS = 8;
/** Valleys that are looked into: a score has several, and the best start is not always in the best. */
const VALLEYS = 3;
/** Two starts whose levels differ by less, root mean square in ln σ, are in one valley. */
const SAME_VALLEY = 0.4;

/**
 * What measured best, one after another: what it is to start from, or the baselines and a few evenly spread schedules; the optima of the
 * variational bound, from one table of errors; one sweep of `coordinate` from each of the best that lie apart; from the best of these `coordinate` to its
 * end, then from the others; and `cmaEs` from the best of all with what is left of the budget.
 *
 * @throws {InputError} if the range is not of two rising positive numbers
 */
export function auto(options: StrategyOptions): Strategy {
  const { steps, range } = options;
  const space = levelSpace('auto', steps, range);
  return {
    async run(context) {
      const { watched, complete } = watching(context);
      await bestOfFirst(watched, 'auto', space, options);
      const table = await measureErrors(watched, [Math.exp(space.lo), Math.exp(space.hi)]);
      if (table !== undefined) {
        const schedules = boundSchedules(table, steps).slice(0, BOUND_STARTS);
        await watched.evaluate(
          schedules.map((sigmas): Candidate => ({ betas: NoiseSchedule.fromSigmas(sigmas).betas, origin: 'elbo' })),
        );
      }
      const swept: Trial[] = [];
      for (const start of apart(complete())) swept.push(await descend(watched, space, start, 1));
      for (const start of swept.toSorted(byScore)) await descend(watched, space, start);
      const best = complete()[0];
      if (best === undefined) return;
      await cmaEs({ ...options, starts: [scheduleOf(best)] }).run(watched);
    },
  };
}

/** The best trials that are not in the valley of a better one. */
function apart(trials: readonly Trial[]): Trial[] {
  const chosen: { readonly trial: Trial; readonly schedule: NoiseSchedule }[] = [];
  for (const trial of trials) {
    const schedule = scheduleOf(trial);
    const isNew = chosen.every((other) => scheduleDistance(schedule, other.schedule).rms >= SAME_VALLEY);
    if (isNew) chosen.push({ trial, schedule });
    if (chosen.length === VALLEYS) break;
  }
  return chosen.map(({ trial }) => trial);
}

function scheduleOf({ betas, origin }: Trial): NoiseSchedule {
  return NoiseSchedule.fromBetas(betas, { name: origin, asPublished: true });
}

/** The same context, and the complete trials that it has given, the best first. */
function watching(context: StrategyContext): { watched: StrategyContext; complete: () => Trial[] } {
  const seen = new Map<number, Trial>();
  const evaluate: StrategyContext['evaluate'] = async (candidates) => {
    const trials = await context.evaluate(candidates);
    for (const trial of trials) if (trial.state === 'complete') seen.set(trial.id, trial);
    return trials;
  };
  return { watched: { ...context, evaluate }, complete: () => [...seen.values()].toSorted(byScore) };
}
