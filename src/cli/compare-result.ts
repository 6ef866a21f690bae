import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { InputError } from '../formats/input-error.ts';
import { counted, duration, grouped, plusMinus } from '../report/numbers.ts';
import { standardErrorsIn95 } from '../report/student-t.ts';
import { withUnit } from '../report/units.ts';
import { isBeyondNoise } from '../search/compare-standings.ts';
import type { ModelPlan } from '../search/plan-model.ts';
import { estimate } from '../search/statistics.ts';
import type { HeardAll } from './compare-run.ts';
import type { Contender } from './compare-schedules.ts';
import { agreementSentences, bestSentences, type NamedHeard, standingsBy } from './compare-sentences.ts';
import { plainTable } from './plain-table.ts';

/** What a comparison came to. */
export interface Comparison {
  readonly plan: ModelPlan;
  /** Those that were heard, and what of each, in the same order. */
  readonly contenders: readonly Contender[];
  readonly hearing: HeardAll;
  readonly metric: MetricName;
  readonly replicates: number;
  /** What was said before, one sentence each. */
  readonly remarks: readonly string[];
}

/** What was heard of each schedule, under its name. */
export function namedHeard({ contenders, hearing }: Comparison): NamedHeard[] {
  return contenders.map(({ schedule }, i) => ({
    name: schedule.name,
    steps: schedule.length,
    ...hearing.heard[i]!,
  }));
}

/** @throws InputError where there is nothing to rank */
export function refuseAllFailed({ hearing: { heard }, metric }: Comparison): void {
  if (heard.some(({ byClip }) => byClip[metric].every(Number.isFinite))) return;
  throw new InputError(
    `${metric}: a finite score of at least one schedule was expected, got none; another --clamp may help`,
  );
}

/** What `schedule-compare` prints for people. */
export function comparisonText(comparison: Comparison): string {
  const { metric, remarks } = comparison;
  const all = namedHeard(comparison);
  const order = standingsBy(all, metric);
  const rows = order.map(({ index, score, behind, place }) => {
    const { name, steps, nfe } = all[index]!;
    return [name, `${steps}`, grouped(nfe), plusMinus(score), place === 'best' ? '' : plusMinus(behind)];
  });
  const best = all[order[0]!.index]!.name;
  return [
    `${metric} (mean ± standard error over clips; lower is better):`,
    ...rightTable(['schedule', 'steps', 'NFE', withUnit(metric), 'worse than the best by'], rows),
    '',
    ...othersTable(comparison),
    '',
    ...bestSentences(all, metric),
    ...agreementSentences(all, metric),
    // Said before as well, when nobody knew which of the schedules it would be about.
    ...remarks.filter((remark) => remark.startsWith(`${best}:`) || remark.startsWith(`${best} `)),
    ...fewClipsSentences(comparison),
    costSentence(comparison),
    '',
  ].join('\n');
}

/** That few clips say little, where they are few. */
export function fewClipsSentences({ plan }: Comparison): string[] {
  const count = plan.settings.heldoutClips.length;
  const needed = standardErrorsIn95(count);
  if (!(needed > SURE_ENOUGH)) return [];
  return [`With ${count} clips a 95 % confidence interval takes ${needed.toFixed(1)} standard errors, not two.`];
}

/** In standard errors: with five clips or more a 95 % interval takes no more. */
const SURE_ENOUGH = 3;

/** What it was heard on, and what that cost. */
export function costSentence({ hearing: { nfe, seconds }, plan: { settings }, replicates }: Comparison): string {
  const { heldoutClips, clamp, precision } = settings;
  return (
    `${counted(heldoutClips.length, 'clip')}, ${counted(replicates, 'draw')} of noise, clamp ${clamp}, ${precision}: ` +
    `${grouped(nfe)} NFE, with what schedules share made once, in ${duration(seconds)}.`
  );
}

/** Every metric but the one that ranks, in its order. */
function othersTable(comparison: Comparison): string[] {
  const all = namedHeard(comparison);
  const others = METRIC_NAMES.filter((name) => name !== comparison.metric);
  const rows = standingsBy(all, comparison.metric).map(({ index }) => {
    const { name, byClip } = all[index]!;
    return [name, ...others.map((metric) => plusMinus(estimate(byClip[metric])))];
  });
  return rightTable(['schedule', ...others.map(withUnit)], rows);
}

/** A table with its names set left, and its numbers right. */
export function rightTable(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return plainTable(head, rows, { colAligns: head.map((_, i) => (i === 0 ? 'left' : 'right')) });
}

/** What `schedule-compare --json` prints. */
export function comparisonJson(comparison: Comparison): unknown {
  const { metric, remarks } = comparison;
  const all = namedHeard(comparison);
  const [first, ...others] = standingsBy(all, metric);
  const names = (place: string) => others.filter((other) => other.place === place).map(({ index }) => all[index]!.name);
  const sentences = [
    ...bestSentences(all, metric),
    ...agreementSentences(all, metric),
    ...fewClipsSentences(comparison),
  ];
  const best = all[first!.index]!.name;
  return { best, notToldApart: [...names('tied'), ...names('unsure')], sentences, remarks, ...heardJson(comparison) };
}

/** What was heard, with all that decides it. */
export function heardJson(comparison: Comparison): object {
  const { plan, contenders, hearing, metric, replicates } = comparison;
  const { clamp, precision, seed, device, checkpoint, heldoutClips, clipSamples, sampleRate } = plan.settings;
  const all = namedHeard(comparison);
  const byMetric = METRIC_NAMES.map((name) => [name, standingsBy(all, name)] as const);
  const schedules = standingsBy(all, metric).map(({ index }) => {
    const { name, steps, nfe, byClip } = all[index]!;
    const metrics = byMetric.map(([each, order]) => {
      const { score, behind } = order.find((standing) => standing.index === index)!;
      return [each, { ...score, behind, beyondNoise: isBeyondNoise(behind), byClip: byClip[each] }] as const;
    });
    const { betas, clamp: meantFor } = contenders[index]!.schedule;
    return { name, steps, nfe, clamp: meantFor, betas, metrics: Object.fromEntries(metrics) };
  });
  const bestBy = Object.fromEntries(byMetric.map(([each, order]) => [each, all[order[0]!.index]!.name]));
  return {
    metric,
    schedules,
    bestBy,
    model: checkpoint,
    clips: heldoutClips,
    clipSeconds: clipSamples / sampleRate,
    replicates,
    clamp,
    precision,
    seed,
    device,
    nfe: hearing.nfe,
    seconds: hearing.seconds,
  };
}
