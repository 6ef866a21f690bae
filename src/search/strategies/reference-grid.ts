import { referenceGrid as walk } from '../../schedule/reference-grid.ts';
import { sequenceStrategy } from './sequence-strategy.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

/** The decimal walk of ivanvovk/WaveGrad's grid search, in its order; the range is of β, by default 1e-6 to 1e-2. */
export function referenceGrid({ steps, range = [1e-6, 1e-2], stride, starts }: StrategyOptions): Strategy {
  return sequenceStrategy(walk(steps, range), { origin: () => 'reference-grid', stride, starts });
}
