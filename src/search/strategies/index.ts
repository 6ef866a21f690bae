import { auto } from './auto.ts';
import { cmaEs } from './cma-es.ts';
import { coordinate } from './coordinate.ts';
import { elbo } from './elbo/elbo.ts';
import { gradient } from './gradient/gradient.ts';
import { digitGrid, grid } from './grid.ts';
import { presets } from './presets.ts';
import { quasiRandom } from './quasi-random.ts';
import { random } from './random.ts';
import { referenceGrid } from './reference-grid.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

/** Every strategy by the name it has on the command line; a new one is a file beside these and a line here. */
export const STRATEGIES = {
  auto,
  elbo,
  coordinate,
  gradient,
  'cma-es': cmaEs,
  random,
  'quasi-random': quasiRandom,
  presets,
  grid,
  'digit-grid': digitGrid,
  'reference-grid': referenceGrid,
} satisfies Record<string, (options: StrategyOptions) => Strategy>;

export type StrategyName = keyof typeof STRATEGIES;
