import type { Trial } from '../trial.ts';
import { bestOfFirst, scoreOf } from './first-trials.ts';
import { type LevelSpace, levelSpace, type Point } from './level-space.ts';
import type { Strategy, StrategyContext, StrategyOptions } from './strategy.ts';

/** Levels tried at once, two points each: so that workers have something to do, and at no cost that could be measured. */
const BLOCK = 4;
/** The first bracket reaches so far to either side, in parts of the spacing of even levels. */
const REACH = 1 / 3;
/** Of the bracket, where a sweep gained nothing. */
const SHRINK = 0.4;
/** A bracket in ln σ, below which there is nothing to find. */
const SMALLEST_REACH = 2e-3;
/** Of the score; a sweep that improves it by less gained nothing. */
const GAIN = 3e-4;

/**
 * One level at a time, from the least noisy up, until a sweep gains nothing; then in a smaller bracket, and so on to the smallest. It begins at the best
 * start, or else of the baselines and a few evenly spread schedules.
 */
export function coordinate(options: StrategyOptions): Strategy {
  const space = levelSpace('coordinate', options.steps, options.range);
  return {
    async run(context) {
      await descend(context, space, await bestOfFirst(context, 'coordinate', space, options));
    },
  };
}

interface Tried extends Point {
  readonly trial: Trial;
  readonly score: number;
}

/**
 * Sweeps over the levels of a trial, with as many draws of noise as it was heard with, and gives the best that was found.
 *
 * A level is tried at both ends of its bracket in ln σ, a few neighbouring levels in one generation; each goes to the lowest point of the
 * parabola through its three scores, and what they come to together is tried with the next few. A trial that moves level n keeps those above,
 * so it costs n evaluations and not N; the n − 1 below have to be evaluated anyway, and follow it, each by a part ρ less than the one above
 * it: these directions are the columns of the triangular factor of the covariance with which `cmaEs` begins. On the Gaussian oracle at 12 steps that
 * needs a third of the evaluations that levels moved alone do.
 *
 * @param mostSweeps default: until the smallest bracket gains nothing
 */
export async function descend(
  context: StrategyContext,
  space: LevelSpace,
  start: Trial,
  mostSweeps = Number.POSITIVE_INFINITY,
): Promise<Trial> {
  const { draws } = start;
  const steps = start.betas.length;
  const blocks = blocksOf(steps);
  let best: Tried = { ...space.of(start.betas), trial: start, score: scoreOf(start) };
  let centre: Point = best;

  /** Moves levels, and those below along. */
  function moved({ logSigmas }: Point, moves: ReadonlyMap<number, number>): Point {
    const to = [...logSigmas];
    let along = 0;
    for (let i = steps - 1; i >= 0; i--) {
      along = along * space.correlation + (moves.get(i) ?? 0);
      to[i]! += along;
    }
    return space.at(to);
  }
  async function scores(points: readonly Point[]): Promise<number[]> {
    const parent = best.trial.id;
    const trials = await context.evaluate(
      points.map(({ betas }) => ({ betas, origin: 'coordinate', parent })),
      draws,
    );
    trials.forEach((trial, i) => {
      // A pruned one's score is a guess.
      const isBetter = trial.state === 'complete' && trial.score < best.score;
      if (isBetter) best = { ...points[i]!, trial, score: trial.score };
    });
    return trials.map(scoreOf);
  }
  async function improve(block: readonly number[], reach: number): Promise<void> {
    const before = best.score;
    const ends = block.flatMap((n) => [-reach, reach].map((move) => moved(centre, new Map([[n, move]]))));
    // The centre costs nothing where it was tried before.
    const [at, ...around] = await scores([centre, ...ends]);
    const lowest = (i: number) => reach * lowestPoint(around[2 * i]!, at!, around[2 * i + 1]!);
    centre = at! > before ? best : moved(centre, new Map(block.map((n, i) => [n, lowest(i)])));
  }

  let sweeps = 0;
  for (let reach = REACH * space.spacing; reach >= SMALLEST_REACH; reach *= SHRINK) {
    let before: number;
    do {
      if (sweeps++ >= mostSweeps) return best.trial;
      before = best.score;
      for (const block of blocks) await improve(block, reach);
    } while (best.score < before * (1 - GAIN));
  }
  return best.trial;
}

/**
 * Positions of the levels, a few neighbours each, the least noisy first. What they come to together costs as much as the noisiest of them, so it is the
 * least noisy block that is short; and no block has all levels, for what one level gains depends on where the others are.
 */
function blocksOf(steps: number): number[][] {
  const size = Math.min(BLOCK, Math.ceil((2 * steps) / 3));
  const blocks: number[][] = [];
  for (let end = steps; end > 0; end -= size) {
    const start = Math.max(0, end - size);
    blocks.unshift(Array.from({ length: end - start }, (_, i) => start + i));
  }
  return blocks;
}

/** Between −1 and 1, where a parabola through scores at −1, 0 and 1 is lowest. */
function lowestPoint(below: number, at: number, above: number): number {
  const curvature = below + above - 2 * at;
  if (curvature > 0 && Number.isFinite(curvature)) return Math.max(-1, Math.min(1, (below - above) / (2 * curvature)));
  if (below < above) return below < at ? -1 : 0;
  return above < at ? 1 : 0;
}
