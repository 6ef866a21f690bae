import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { apart } from '../apart.ts';
import { standing } from '../standing.ts';
import { byScore, type Candidate, type Trial } from '../trial.ts';
import { descend } from './coordinate.ts';
import { boundSchedules } from './elbo/bound-schedules.ts';
import { measureErrors } from './elbo/error-table.ts';
import { bestOfFirst } from './first-trials.ts';
import { fromShorter } from './from-shorter.ts';
import { type LevelSpace, levelSpace } from './level-space.ts';
import { random } from './random.ts';
import type { Strategy, StrategyContext, StrategyOptions } from './strategy.ts';

/** Of the schedules that are optimal for the variational bound: those that lie well apart. */
const BOUND_STARTS = 8;
/** NFE for each step and draw of noise, for which schedules are drawn at random: dear on the oracle, but most lose after one clip of six. */
const DRAWN = 12;
/** Valleys that are looked into: a score has several, and the best start is not always in the best. */
const VALLEYS = 3;
/** Two starts whose levels differ by less, root mean square in ln σ, are in one valley. */
const SAME_VALLEY = 0.4;
/** Trials whose levels differ by less are much the same: one of them is heard again. */
const MUCH_THE_SAME = 0.05;
/** The best trials that are heard again with more draws of noise. */
const CONFIRMED = 12;
/** Of these, those that are heard first: the others race against them. */
const CONFIRMED_FIRST = 5;
/** As many more draws each time. */
const MORE_DRAWS = 4;
/**
 * NFE for each step and draw of noise, after which the best are heard again. Not a part of the budget: a search whose budget is raised has to go on
 * as it would have with that budget.
 */
const EXPLORED = 70;

/** Parts of an NFE do not add up exactly. */
const ROUNDING = 1e-6;

/**
 * What measured best, one after another: what it is to start from, or the baselines and a few evenly spread schedules, or what schedules of fewer steps say; the
 * optima of the variational bound, from one table of errors; `random` for a while, which costs little where candidates race; one sweep of `coordinate` from each of
 * the best that lie apart, and then to its end from the best of these, and from the others. By then the best fit one draw of noise better than they fit the model: so a
 * dozen of them are heard with four times as many draws, `coordinate` goes on from the best of them with as many, and so on with ever more draws, until the
 * budget is used.
 *
 * @throws {InputError} if the range is not of two rising positive numbers
 */
export function auto(options: StrategyOptions): Strategy {
  const space = levelSpace('auto', options.steps, options.range);
  return {
    async run(context) {
      const budget = context.left();
      const { watched, good } = watching(context);
      const { draws: fewest } = await begin(watched, space, options);
      const enough = budget - EXPLORED * fewest * options.steps;
      await untilLeft(enough, watched, (limited) => explore(limited, good, space, options));
      for (let draws = MORE_DRAWS * fewest; good().length > 0; draws *= MORE_DRAWS) {
        const best = apart(good(), MUCH_THE_SAME, CONFIRMED).map(
          ({ betas, origin, id }): Candidate => ({ betas, origin, parent: id }),
        );
        await watched.evaluate(best.slice(0, CONFIRMED_FIRST), draws);
        await watched.evaluate(best.slice(CONFIRMED_FIRST), draws);
        const confirmed = good().filter((trial) => trial.draws === draws);
        for (const start of apart(confirmed, SAME_VALLEY, VALLEYS)) await descend(watched, space, start);
      }
    },
  };
}

async function begin(context: StrategyContext, space: LevelSpace, options: StrategyOptions): Promise<Trial> {
  const { steps, shorter = [], starts = [] } = options;
  const found = fromShorter(shorter, steps, space, 'auto');
  if (found.length === 0) return bestOfFirst(context, 'auto', space, options);
  const given = starts.map(({ betas, name }): Candidate => ({ betas, origin: name }));
  const trials = await context.evaluate([...given, ...found]);
  return trials.toSorted(byScore)[0]!;
}

/** Looks for valleys, and goes to the end of the best of them; where schedules of fewer steps have shown the valley, only there. */
async function explore(
  context: StrategyContext,
  good: () => readonly Trial[],
  space: LevelSpace,
  options: StrategyOptions,
): Promise<void> {
  const { steps, shorter = [] } = options;
  const table = await measureErrors(context, [Math.exp(space.lo), Math.exp(space.hi)]);
  if (table !== undefined) {
    const schedules = boundSchedules(table, steps).slice(0, shorter.length === 0 ? BOUND_STARTS : BOUND_STARTS / 4);
    await context.evaluate(
      schedules.map((sigmas): Candidate => ({ betas: NoiseSchedule.fromSigmas(sigmas).betas, origin: 'elbo' })),
    );
  }
  const fewest = good()[0]?.draws ?? 1;
  if (shorter.length === 0) {
    const enough = context.left() - DRAWN * fewest * steps;
    await untilLeft(enough, context, (limited) => random(options).run(limited));
  }
  const swept: Trial[] = [];
  for (const start of apart(good(), SAME_VALLEY, shorter.length === 0 ? VALLEYS : 1)) {
    swept.push(await descend(context, space, start, 1));
  }
  for (const start of swept.toSorted(byScore)) await descend(context, space, start);
}

/** Lets a part of a strategy try generations until no more than that is left of the budget. */
async function untilLeft(
  nfe: number,
  context: StrategyContext,
  part: (limited: StrategyContext) => Promise<void>,
): Promise<void> {
  const enough = new Error('enough was spent');
  const asked: Promise<unknown>[] = [];
  const limited: StrategyContext = {
    ...context,
    evaluate: (candidates, draws) => {
      const trials = context.left() <= nfe + ROUNDING ? Promise.reject(enough) : context.evaluate(candidates, draws);
      asked.push(trials.catch(() => undefined));
      return trials;
    },
  };
  await part(limited).catch((error: unknown) => {
    if (error !== enough) throw error;
  });
  // It may have asked for some that it did not wait for.
  await Promise.all(asked);
}

/** The same context, and the schedules that are still good by the trials that it has given, the best first. */
function watching(context: StrategyContext): { watched: StrategyContext; good: () => Trial[] } {
  const seen = new Map<number, Trial>();
  const evaluate: StrategyContext['evaluate'] = async (candidates, draws) => {
    const trials = await context.evaluate(candidates, draws);
    for (const trial of trials) seen.set(trial.id, trial);
    return trials;
  };
  return { watched: { ...context, evaluate }, good: () => standing([...seen.values()]) };
}
