import { InputError } from '../../formats/input-error.ts';
import { fillNormal, type NoiseKey, uniforms } from '../../random/noise.ts';
import { betasOfSigmas, NoiseSchedule } from '../../schedule/noise-schedule.ts';
import { byScore, type Candidate, type Trial } from '../trial.ts';
import { DEFAULT_SIGMA_RANGE } from './sigma-range.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

const GENERATION = 8;
/** Generations drawn over the whole range; afterwards one candidate of each generation still is. */
const WIDE_GENERATIONS = 3;
/** The best trials, whose mean is one of the two places to draw around. */
const PARENTS = 3;
/** Root mean square step in ln σ: log-uniform, so that no step size needs tuning. */
const STEP_RANGE = [0.05, 0.8] as const;
/** Two levels closer than this in ln σ waste a step. */
const SMALLEST_GAP = 0.05;
const ATTEMPTS = 20;
/** ln σ below which ᾱ = 1/(1 + σ²) is far from the end of float64. */
const SAFE_LOG_SIGMA = 300;

/**
 * Random search: the baselines first, then schedules whose σ are sorted log-uniform draws within the range, then mostly draws
 * around the best so far: Gaussian steps in ln σ from the best trial, or from the mean of the best three.
 */
export function random({ steps, seed, range = DEFAULT_SIGMA_RANGE, baselines }: StrategyOptions): Strategy {
  if (!(range[0] > 0 && range[0] < range[1] && range[1] < Number.POSITIVE_INFINITY)) {
    throw new InputError(`random: the range must be two rising positive sigmas, got [${range.join(', ')}]`);
  }
  const [lo, hi] = [Math.log(range[0]), Math.log(range[1])];
  const gap = Math.min(SMALLEST_GAP, (hi - lo) / (4 * steps * steps));
  const isSpread = (logSigmas: readonly number[]) => logSigmas.every((x, i) => i === 0 || x - logSigmas[i - 1]! >= gap);

  /** Draws until one has its levels far enough apart; of many levels none may, and then they are moved apart. */
  function draw(index: number, propose: (key: NoiseKey) => number[]): readonly number[] {
    for (let attempt = 0; ; attempt++) {
      const key = { seed, purpose: 'proposal', clip: 0, replicate: attempt, k: index } as const;
      const logSigmas = propose(key).sort((a, b) => a - b);
      if (isSpread(logSigmas)) return betasOf(logSigmas);
      if (attempt === ATTEMPTS) return betasOf(movedApart(logSigmas));
    }
  }
  function betasOf(logSigmas: readonly number[]): readonly number[] {
    const sigmas = logSigmas.map(Math.exp);
    const betas = betasOfSigmas(sigmas);
    // Of numbers that may be drawn by the ten thousand, those alone are checked in full that may not be a schedule's.
    return hi < SAFE_LOG_SIGMA && betas.every((beta) => beta > 0 && beta < 1)
      ? betas
      : NoiseSchedule.fromSigmas(sigmas).betas;
  }
  /** Levels at least `gap` apart: the order is kept, and what the gaps leave of the range is shared out as the levels were. */
  function movedApart(rising: readonly number[]): number[] {
    const free = 1 - ((steps - 1) * gap) / (hi - lo);
    return rising.map((x, i) => lo + (x - lo) * free + i * gap);
  }
  function wide(index: number): Candidate {
    const betas = draw(index, (key) => Array.from(uniforms(steps, key), (u) => lo + u * (hi - lo)));
    return { betas, origin: 'random' };
  }
  /** @param best ln σ of the best trials, and the first one's id */
  function near(index: number, best: { readonly points: readonly number[][]; readonly parent: number }): Candidate {
    const [u, fromMean] = uniforms(2, { seed, purpose: 'proposal', clip: 1, replicate: 0, k: index });
    const step = STEP_RANGE[0] * (STEP_RANGE[1] / STEP_RANGE[0]) ** u!;
    const points = fromMean! < 0.5 ? best.points.slice(0, 1) : best.points;
    const centre = points[0]!.map((_, i) => points.reduce((sum, point) => sum + point[i]!, 0) / points.length);
    const betas = draw(index, (key) => {
      const moves = fillNormal(new Float32Array(steps), key);
      return centre.map((x, i) => reflected(x + step * moves[i]!));
    });
    return { betas, origin: 'random-near', parent: best.parent };
  }
  /** A step beyond an end comes back by as much. */
  function reflected(x: number): number {
    const inside = x < lo ? 2 * lo - x : x > hi ? 2 * hi - x : x;
    return Math.min(hi, Math.max(lo, inside));
  }
  /** A schedule's ln σ; a baseline may reach beyond the range. */
  function logSigmasWithin(betas: readonly number[]): number[] {
    return NoiseSchedule.fromBetas(betas, { asPublished: true }).sigmas.map((sigma) =>
      Math.min(hi, Math.max(lo, Math.log(sigma))),
    );
  }

  function propose(generation: number, parents: readonly Trial[]): Candidate[] {
    if (generation === 0 && baselines.length > 0) {
      return baselines.map(({ betas, name }) => ({ betas, origin: name }));
    }
    const [first] = parents;
    const best =
      generation <= WIDE_GENERATIONS || first === undefined
        ? undefined
        : { points: parents.map(({ betas }) => logSigmasWithin(betas)), parent: first.id };
    return Array.from({ length: GENERATION }, (_, i) => {
      const index = generation * GENERATION + i;
      return best === undefined || i === 0 ? wide(index) : near(index, best);
    });
  }

  /** The best few of those and of more trials, each once. */
  function bestOf(parents: readonly Trial[], trials: readonly Trial[]): Trial[] {
    const known = new Map([...parents, ...trials].map((trial) => [trial.id, trial]));
    const complete = [...known.values()].filter((trial) => trial.state === 'complete');
    return complete.toSorted(byScore).slice(0, PARENTS);
  }

  return {
    async run({ evaluate }) {
      let parents: Trial[] = [];
      let before = evaluate(propose(0, []));
      for (let generation = 1; ; generation++) {
        // The one before is still under way, so that no worker waits for its end.
        const next = evaluate(propose(generation, parents));
        parents = bestOf(parents, await before);
        before = next;
      }
    },
  };
}
