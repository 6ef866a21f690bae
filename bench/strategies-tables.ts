/** What bench/strategies.ts measured, as tables in Markdown. */
import { grouped, plusMinus } from '../src/report/numbers.ts';
import { type Estimate, estimate, meanOverReplicates, pairedDifference } from '../src/search/statistics.ts';
import type { Result, Results } from './strategies-results.ts';

/** What the searches of a strategy had found after so many NFE. */
interface Standing {
  readonly strategy: string;
  readonly seeds: number;
  /** On the scoring clips, the mean over seeds. */
  readonly score: number;
  /** By held-out clip, means over seeds. */
  readonly byClip: readonly number[];
}

/** For each reading, every strategy beside the best of the others, the best first. */
export function strategyTables({ results }: Results): string {
  const readings = [...new Set(results.flatMap((one) => one.readings.map(({ nfe }) => nfe)))].toSorted((a, b) => a - b);
  const tables = readings.map((nfe) => {
    const standings = strategiesOf(results)
      .flatMap((strategy) => standingOf(results, strategy, nfe) ?? [])
      .toSorted((a, b) => mean(a) - mean(b));
    const rows = standings.map((own) => {
      const rival = standings.find((other) => other !== own);
      const difference = rival && pairedDifference(own.byClip, rival.byClip);
      return [
        named(own),
        own.score.toFixed(4),
        plusMinus(estimate(own.byClip)),
        ...(difference ? [signed(difference), `${verdictOf(difference)} ${rival.strategy}`] : ['–', '–']),
      ];
    });
    const head = ['strategy', 'scoring clips', 'held-out clips', 'beside the best of the others', 'verdict'];
    return `**${grouped(nfe)} NFE**\n\n${markdownTable(head, rows)}`;
  });
  return tables.join('\n\n');
}

/**
 * Every strategy at each reading beside the last reading of the study that is among the results.
 *
 * @param study its name there
 */
export function studyTable({ results }: Results, study: string): string {
  const whole = Math.max(...results.filter(({ strategy }) => strategy === study).map(({ nfe }) => nfe));
  const rival = standingOf(results, study, whole)!;
  const others = strategiesOf(results).filter((strategy) => strategy !== study);
  const rows = [study, ...others].flatMap((strategy) => {
    const own = results.filter((one) => one.strategy === strategy);
    const readings = [...new Set(own.flatMap((one) => one.readings.map(({ nfe }) => nfe)))].toSorted((a, b) => a - b);
    return readings.map((nfe) => {
      const standing = standingOf(results, strategy, nfe)!;
      const isRival = strategy === study && nfe === whole;
      const difference = pairedDifference(standing.byClip, rival.byClip);
      return [
        named(standing),
        `${grouped(nfe)} (${Number(((100 * nfe) / whole).toPrecision(2))} %)`,
        standing.score.toFixed(4),
        plusMinus(estimate(standing.byClip)),
        ...(isRival ? ['', ''] : [signed(difference), `${verdictOf(difference)} it`]),
      ];
    });
  });
  return markdownTable(['strategy', 'NFE', 'scoring clips', 'held-out clips', 'beside the whole', 'verdict'], rows);
}

export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** In the order in which they were measured. */
function strategiesOf(results: readonly Result[]): string[] {
  return [...new Set(results.map(({ strategy }) => strategy))];
}

function standingOf(results: readonly Result[], strategy: string, nfe: number): Standing | undefined {
  const read = results
    .filter((one) => one.strategy === strategy)
    // Where a budget has a search of its own, that one counts and not a longer one on its way.
    .toSorted((a, b) => a.budget - b.budget)
    .flatMap(({ seed, readings }) => readings.filter((one) => one.nfe === nfe).map((one) => ({ ...one, seed })));
  const bySeed = new Map(read.toReversed().map((one) => [one.seed, one]));
  const own = [...bySeed.values()];
  if (own.length === 0) return undefined;
  const { mean: score } = estimate(own.map((one) => one.score));
  return { strategy, seeds: own.length, score, byClip: meanOverReplicates(own.map(({ heldout }) => heldout)) };
}

function mean({ byClip }: Standing): number {
  return estimate(byClip).mean;
}

function named({ strategy, seeds }: Standing): string {
  return `${strategy}, ${seeds} ${seeds === 1 ? 'seed' : 'seeds'}`;
}

function signed(difference: Estimate): string {
  return `${difference.mean > 0 ? '+' : ''}${plusMinus(difference)}`;
}

/** Beyond two standard errors or not, for the name of the other to follow. */
function verdictOf({ mean: difference, standardError }: Estimate): string {
  if (!Number.isFinite(standardError)) return 'not to be told from';
  if (Math.abs(difference) <= 2 * standardError) return 'as good as';
  return difference > 0 ? 'worse than' : 'better than';
}
