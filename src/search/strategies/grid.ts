import { digitGrid as overDigits } from '../../schedule/digit-grid.ts';
import { levelGrid } from '../../schedule/level-grid.ts';
import { sequenceStrategy } from './sequence-strategy.ts';
import { DEFAULT_SIGMA_RANGE } from './sigma-range.ts';
import type { Strategy, StrategyOptions } from './strategy.ts';

const DEFAULT_VALUES = 3;

/** Every combination of a few σ at each step, exhaustive and in prefix order; the range is of σ. */
export function grid({
  steps,
  range = DEFAULT_SIGMA_RANGE,
  stride,
  values = DEFAULT_VALUES,
  starts,
}: StrategyOptions): Strategy {
  return sequenceStrategy(levelGrid(steps, range, values), { origin: () => 'grid', stride, starts });
}

/** Every combination of the digits 1 to 9 over a ladder of decades; the range is of β, by default 1e-6 to 1e-2. */
export function digitGrid({ steps, range = [1e-6, 1e-2], stride, starts }: StrategyOptions): Strategy {
  return sequenceStrategy(overDigits(steps, range), { origin: () => 'digit-grid', stride, starts });
}
