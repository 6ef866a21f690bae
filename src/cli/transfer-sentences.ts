import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { counted, listed, plusMinus } from '../report/numbers.ts';
import { unitOf } from '../report/units.ts';
import { isBeyondNoise } from '../search/compare-standings.ts';
import type { Estimate } from '../search/statistics.ts';
import { ahead, type Rival, type TransferVerdict } from '../search/transfer-verdict.ts';

/** Whether a schedule holds where it was heard; it or a rival has a finite score there. */
export function holdsSentence(
  name: string,
  { holds, best }: TransferVerdict,
  rivals: readonly Rival[],
  metric: MetricName,
) {
  const isOnly = rivals.length === 1;
  if (best === undefined) {
    const none = isOnly ? `${rivals[0]!.name} gives no` : 'none of the published schedules of as many steps gives a';
    return `${name} holds here: ${none} finite score.`;
  }
  const unit = unitOf(metric);
  if (holds === true) {
    const than = isOnly ? best.name : `all ${rivals.length} published schedules of as many steps`;
    const margin = `${isOnly ? 'by' : `${best.name}, the best of them, by`} ${plusMinus(best.behind)}${unit}`;
    return `${name} holds here: it is better than ${than}, ${margin}, beyond two standard errors.`;
  }
  if (holds === false) {
    const why = Number.isFinite(best.behind.mean)
      ? `${best.name} is better by ${plusMinus(ahead(best))}${unit}, beyond two standard errors`
      : `it gives no finite score, and ${best.name} does`;
    return `${name} does not hold here: ${why}.`;
  }
  if (!Number.isFinite(best.behind.standardError)) {
    const among = isOnly ? '' : ', the best of the published schedules';
    return `${name} is ${betterOrWorse(best, unit)}${among} here; with one clip nothing says how sure that is.`;
  }
  const close = rivals
    .filter(({ behind }) => Number.isFinite(behind.mean) && !isBeyondNoise(behind))
    .toSorted((a, b) => a.score.mean - b.score.mean);
  const which = listed(close.map((rival) => betterOrWorse(rival, unit)));
  return `${name} holds here as far as these clips tell: it is ${which}, within two standard errors.`;
}

/** 0.0021 ± 0.0040 better than lmnt-6. */
function betterOrWorse(rival: Rival, unit: string): string {
  const { mean } = rival.behind;
  return `${plusMinus(mean < 0 ? ahead(rival) : rival.behind)}${unit} ${mean < 0 ? 'worse' : 'better'} than ${rival.name}`;
}

/** What it was where it was found. */
export function foundSentence(
  { best }: TransferVerdict,
  { model, clips, metric }: { readonly model: string; readonly clips: number; readonly metric: MetricName },
): string {
  const where = `Where it was found, ${model} on ${counted(clips, 'held-out clip')}`;
  if (best === undefined) return `${where}, it was compared with nothing.`;
  const sure = isBeyondNoise(best.behind) || isBeyondNoise(ahead(best)) ? 'beyond' : 'within';
  const noise = Number.isFinite(best.behind.standardError) ? `, ${sure} two standard errors` : '';
  return `${where}, it was ${betterOrWorse(best, unitOf(metric))}, the best of its rivals there${noise}.`;
}

/** How the model's own schedule does beside it. */
export function ownSentence(name: string, own: Rival, metric: MetricName): string {
  const by = (difference: Estimate) => `by ${plusMinus(difference)}${unitOf(metric)}, beyond two standard errors`;
  if (isBeyondNoise(ahead(own))) return `The model's own ${own.name} is better than ${name} ${by(ahead(own))}.`;
  if (isBeyondNoise(own.behind)) return `The model's own ${own.name} is worse than ${name} ${by(own.behind)}.`;
  if (!Number.isFinite(own.score.mean)) return `The model's own ${own.name} gives no finite score.`;
  if (!Number.isFinite(own.behind.mean))
    return `The model's own ${own.name} gives a finite score, and ${name} does not.`;
  return `The model's own ${own.name} is not told apart from ${name}, which is ${betterOrWorse(own, unitOf(metric))}.`;
}

/** Where the other metrics judge otherwise; nothing where all agree. */
export function otherMetricsSentences(
  verdicts: Readonly<Record<MetricName, TransferVerdict>>,
  metric: MetricName,
): string[] {
  const others = METRIC_NAMES.filter((name) => verdicts[name].holds !== verdicts[metric].holds);
  if (others.length === 0) return [`All ${METRIC_NAMES.length} metrics judge so.`];
  const parts = ([true, null, false] as const).flatMap((holds) => {
    const names = others.filter((name) => verdicts[name].holds === holds);
    const best = names.map((name) => verdicts[name].best?.name).find((name) => name !== undefined);
    const says = { true: 'it holds', null: 'it is within noise', false: `it does not, ${best} for one being better` };
    return names.length === 0 ? [] : [`by ${listed(names)} ${says[`${holds}`]}`];
  });
  return [`The metrics disagree: ${parts.join('; ')}.`];
}
