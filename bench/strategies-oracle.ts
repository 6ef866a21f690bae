/**
 * The strategies beside each other on the Gaussian oracle of test/schedule/oracle.ts, which needs no network: the median of the best score,
 * in dB, over five seeds, as tables in Markdown, the lowest of a column bold. Each budget is a search of its own.
 *
 *   node --import tsx bench/strategies-oracle.ts [--iters 4,6,12] [--nfe 100,300,1000,2000] [--strategies auto,random] [--json]
 */
import { parseArgs } from 'node:util';
import { grouped } from '../src/report/numbers.ts';
import { STRATEGIES, type StrategyName } from '../src/search/strategies/index.ts';
import { bestOfSeeds, median } from '../test/search/strategies/run-on-oracle.ts';
import { markdownTable } from './strategies-tables.ts';

const { values } = parseArgs({
  options: {
    iters: { type: 'string', default: '4,6,12' },
    nfe: { type: 'string', default: '100,300,1000,2000' },
    strategies: { type: 'string', default: Object.keys(STRATEGIES).join() },
    json: { type: 'boolean', default: false },
  },
});
const budgets = values.nfe.split(',').map(Number);
const names = values.strategies.split(',') as StrategyName[];

const tables: { steps: number; rows: { strategy: string; medians: number[] }[] }[] = [];
for (const steps of values.iters.split(',').map(Number)) {
  const rows: { strategy: string; medians: number[] }[] = [];
  for (const strategy of names) {
    const medians: number[] = [];
    for (const nfe of budgets) medians.push(median(await bestOfSeeds(STRATEGIES[strategy], steps, { nfe })));
    rows.push({ strategy, medians });
    process.stderr.write(`${steps} steps, ${strategy}\n`);
  }
  tables.push({ steps, rows });
}

if (values.json) {
  process.stdout.write(`${JSON.stringify({ budgets, tables }, null, 2)}\n`);
} else {
  const head = ['strategy', ...budgets.map((nfe) => `${grouped(nfe)} NFE`)];
  const shown = tables.map(({ steps, rows }) => {
    const least = budgets.map((_, at) => decibels(Math.min(...rows.map(({ medians }) => medians[at]!))));
    const cells = (medians: readonly number[]) =>
      medians.map(decibels).map((text, at) => (text === least[at] ? `**${text}**` : text));
    return `**N = ${steps}**\n\n${markdownTable(
      head,
      rows.map(({ strategy, medians }) => [strategy, ...cells(medians)]),
    )}`;
  });
  process.stdout.write(`${shown.join('\n\n')}\n`);
}

function decibels(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : '–';
}
