import { METRIC_NAMES } from '../audio/distances/index.ts';
import type { NamedScores } from './agreement.ts';
import { type Html, html } from './escape.ts';
import { plusMinus } from './numbers.ts';
import { table } from './table.ts';
import { withUnit } from './units.ts';

/** Schedules under every metric, the lowest of each bold, to be sorted by any. */
export function metricTable(schedules: readonly NamedScores[], caption: string): Html {
  const lowest = METRIC_NAMES.map((metric) =>
    Math.min(...schedules.map(({ metrics }) => finite(metrics[metric].mean))),
  );
  const rows = schedules.map(({ name, metrics }) => [
    name,
    ...METRIC_NAMES.map((metric, i) => {
      const { mean } = metrics[metric];
      const text = plusMinus(metrics[metric]);
      return { shown: mean === lowest[i] ? html`<strong>${text}</strong>` : text, value: mean };
    }),
  ]);
  const columns = METRIC_NAMES.map((metric) => ({ head: withUnit(metric), numeric: true }));
  return table(caption, [{ head: 'schedule' }, ...columns], rows, { sortable: true });
}

function finite(value: number): number {
  return Number.isFinite(value) ? value : Number.POSITIVE_INFINITY;
}
