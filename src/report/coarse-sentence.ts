import type { Outcome } from '../search/outcome.ts';
import { counted, decimal, grouped } from './numbers.ts';

/** What a coarse network did in a search, where it had one. */
export function coarseSentence({ coarse }: Pick<Outcome, 'coarse'>): string[] {
  if (coarse === undefined) return [];
  const { dropped, nfe, heardByBoth, correlation } = coarse;
  const alike = Number.isFinite(correlation)
    ? `; on the clips of the first rung it ranks ${counted(heardByBoth, 'schedule')} as float32 does with a correlation of ${decimal(correlation)}`
    : '';
  return [
    `The first rung was heard in eight bits, for ${grouped(nfe)} NFE: ${counted(dropped, 'candidate')} dropped by that alone${alike}.`,
  ];
}
