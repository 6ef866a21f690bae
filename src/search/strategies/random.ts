import { uniforms } from '../../random/noise.ts';
import { NoiseSchedule } from '../../schedule/noise-schedule.ts';
import type { Candidate } from '../trial.ts';
import { DEFAULT_SIGMA_RANGE } from './sigma-range.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

const GENERATION = 8;
/** Two levels closer than this in ln σ waste a step. */
const SMALLEST_GAP = 0.05;

/**
 * Random search: presets and Fibonacci first, then schedules whose σ are sorted log-uniform draws within the range.
 */
export function random({ steps, seed, range = DEFAULT_SIGMA_RANGE, baselines }: StrategyOptions): Strategy {
  const lo = Math.log(range[0]);
  const hi = Math.log(range[1]);

  function drawn(index: number): Candidate {
    for (let attempt = 0; ; attempt++) {
      const draws = uniforms(steps, { seed, purpose: 'proposal', clip: 0, replicate: attempt, k: index });
      const logSigmas = [...draws].sort((a, b) => a - b).map((u) => lo + u * (hi - lo));
      if (smallestGap(logSigmas) < Math.min(SMALLEST_GAP, (hi - lo) / (4 * steps * steps))) continue;
      return { betas: NoiseSchedule.fromSigmas(logSigmas.map(Math.exp)).betas, origin: 'random' };
    }
  }

  return {
    propose(generation) {
      if (generation === 0 && baselines.length > 0) {
        return baselines.map(({ betas, name }) => ({ betas, origin: name }));
      }
      return Array.from({ length: GENERATION }, (_, i) => drawn(generation * GENERATION + i));
    },
  };
}

function smallestGap(rising: readonly number[]): number {
  return Math.min(...rising.slice(1).map((x, i) => x - rising[i]!));
}
