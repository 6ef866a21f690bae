import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import type { Judged } from '../search/outcome.ts';
import { listed } from './numbers.ts';

/** A schedule with its scores on held-out clips. */
export interface NamedScores extends Pick<Judged, 'metrics'> {
  readonly name: string;
}

/**
 * Whether all metrics rank these schedules alike, in a sentence: which metrics put which schedule first, or where they agree on it
 * but not on the others.
 *
 * @param among what the schedules are, such as 'the winner and the baselines'
 */
export function agreementSentence(schedules: readonly NamedScores[], among: string): string {
  const orders = METRIC_NAMES.map((metric) => ({ metric, order: ranking(schedules, metric) }));
  const preferred = new Set(orders.map(({ order }) => order[0]!));
  if (preferred.size === 1) {
    const first = schedules[orders[0]!.order[0]!]!.name;
    const alike = orders.every(({ order }) => order.join() === orders[0]!.order.join());
    if (alike) return `All ${METRIC_NAMES.length} metrics rank ${among} in the same order, ${first} first.`;
    return `All ${METRIC_NAMES.length} metrics prefer ${first} among ${among}; they rank the others differently.`;
  }
  const sides = [...preferred].map((index) => {
    const names = orders.filter(({ order }) => order[0] === index).map(({ metric }) => metric);
    return `${listed(names)} ${names.length === 1 ? 'prefers' : 'prefer'} ${schedules[index]!.name}`;
  });
  return `The metrics disagree on ${among}: ${sides.join('; ')}.`;
}

/** Indices of the schedules, the best first; those without a finite score last. */
function ranking(schedules: readonly NamedScores[], metric: MetricName): number[] {
  const means = schedules.map(({ metrics }) => metrics[metric].mean);
  const key = (i: number) => (Number.isFinite(means[i]) ? means[i]! : Number.MAX_VALUE);
  return schedules.map((_, i) => i).toSorted((a, b) => key(a) - key(b) || a - b);
}
