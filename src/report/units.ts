import { METRICS, type MetricName } from '../audio/distances/index.ts';

/** A metric's unit behind a number, with the space before it; empty where it has none. */
export function unitOf(metric: MetricName): string {
  const { unit } = METRICS[metric];
  return unit === '' ? '' : ` ${unit}`;
}

/** A metric with its unit, as the head of a column. */
export function withUnit(metric: MetricName): string {
  const { unit } = METRICS[metric];
  return unit === '' ? metric : `${metric}, ${unit}`;
}
