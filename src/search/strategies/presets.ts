import { sequenceStrategy } from './sequence-strategy.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

/** The published schedules with that many steps, and Fibonacci's. */
export function presets({ baselines }: StrategyOptions): Strategy {
  return sequenceStrategy({ length: baselines.length, at: (i) => baselines[i]! }, { origin: ({ name }) => name });
}
