import type { Outcome } from '../search/outcome.ts';
import { counted, decimal, grouped } from './numbers.ts';

/** What a coarse network did in a search, where it had one. */
export function coarseSentence({ coarse }: Pick<Outcome, 'coarse'>): string[] {
  if (coarse === undefined) return [];
  const { dropped, nfe, heardByBoth, correlation } = coarse;
  const alike = Number.isFinite(correlation)
    ? ` The ${counted(heardByBoth, 'schedule')} that float32 heard there, too, have a rank correlation of ${decimal(correlation)}.`
    : '';
  return [
    `The first rung was heard in eight bits first, as long as that paid, for ${grouped(nfe)} NFE; ${counted(dropped, 'candidate')} dropped by that alone.${alike}`,
  ];
}
