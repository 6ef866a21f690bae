import { digitGrid, grid } from './grid.ts';
import { presets } from './presets.ts';
import { random } from './random.ts';
import { referenceGrid } from './reference-grid.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

/** Every strategy by the name it has on the command line; a new one is a file beside these and a line here. */
export const STRATEGIES = {
  random,
  presets,
  grid,
  'digit-grid': digitGrid,
  'reference-grid': referenceGrid,
} satisfies Record<string, (options: StrategyOptions) => Strategy>;

export type StrategyName = keyof typeof STRATEGIES;
