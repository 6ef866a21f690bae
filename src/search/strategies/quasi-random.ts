import type { Candidate } from '../trial.ts';
import { scrambledHalton } from './halton.ts';
import { levelSpace } from './level-space.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

const GENERATION = 8;

/**
 * The baselines, then schedules whose levels fill the range evenly: every second of 2N + 1 sorted log-uniform σ, by a low-discrepancy
 * sequence. Of N such σ two are often too close to be of use: the best of as many trials is then 0.1 to 0.25 dB worse on the Gaussian oracle. Never ends.
 */
export function quasiRandom({ steps, seed, range, baselines }: StrategyOptions): Strategy {
  const space = levelSpace('quasi-random', steps, range);
  const point = scrambledHalton(steps, seed);

  /**
   * Each level from what is below the one before, the noisiest first, so that nothing need be sorted, which would undo some of the
   * sequence's evenness.
   */
  function candidate(index: number): Candidate {
    let part = 1;
    const falling = point(index).map((u, i) => {
      part *= secondLargest(u, 2 * (steps - i) + 1);
      return space.lo + part * (space.hi - space.lo);
    });
    return { betas: space.at(falling).betas, origin: 'quasi-random' };
  }

  return {
    async run(context) {
      let before = context.evaluate(baselines.map(({ betas, name }) => ({ betas, origin: name })));
      for (let first = 0; ; first += GENERATION) {
        // Asked for while the one before is under way, so that no worker waits for its end.
        const next = context.evaluate(Array.from({ length: GENERATION }, (_, i) => candidate(first + i)));
        // Where the one before ends the search, nobody hears that this one was refused as well.
        next.catch(() => {});
        await before;
        before = next;
      }
    },
  };
}

/** What the second largest of `count` uniform numbers is below with probability u: by halving, of count x^(count − 1) − (count − 1) x^count. */
function secondLargest(u: number, count: number): number {
  let [lo, hi] = [0, 1];
  for (let i = 0; i < 53; i++) {
    const x = (lo + hi) / 2;
    if (count * x ** (count - 1) - (count - 1) * x ** count < u) lo = x;
    else hi = x;
  }
  return (lo + hi) / 2;
}
