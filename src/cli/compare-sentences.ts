import { METRIC_NAMES, type MetricName } from '../audio/distances/index.ts';
import { agreementSentence } from '../report/agreement.ts';
import { decimal, listed, plusMinus } from '../report/numbers.ts';
import { unitOf } from '../report/units.ts';
import type { Heard } from '../search/compare.ts';
import { type Standing, standings } from '../search/compare-standings.ts';
import { estimate } from '../search/statistics.ts';

/** A schedule that was heard beside others. */
export interface NamedHeard extends Heard {
  readonly name: string;
  readonly steps: number;
}

/** How the schedules stand by one metric, the best first. */
export function standingsBy(all: readonly NamedHeard[], metric: MetricName): Standing[] {
  return standings(all.map(({ byClip }) => byClip[metric]));
}

/** More are counted, not named. */
const MOST_NAMED = 3;

/** Which of the schedules is best by a metric, and which of the others is told apart from it. */
export function bestSentences(all: readonly NamedHeard[], metric: MetricName): string[] {
  const [first, ...others] = standingsBy(all, metric);
  const best = all[first!.index]!;
  const at = (place: Standing['place']) => others.filter((other) => other.place === place);
  const names = (some: readonly Standing[]) => some.map(({ index }) => all[index]!.name);
  const [apart, tied, unsure, failed] = [at('apart'), at('tied'), at('unsure'), at('failed')];
  const score = `${decimal(first!.score.mean)}${unitOf(metric)}`;
  const lowest = `${best.name} has the lowest ${metric}, ${score}`;
  const said: string[] = [];
  if (unsure.length > 0) {
    said.push(`${lowest}; with one clip nothing says how sure that is.`);
  } else if (tied.length > 0) {
    const which = tied.map(({ index, behind }) => `${all[index]!.name} (${plusMinus(behind)} more)`);
    said.push(`${lowest}, but is not told apart from ${listed(which)}: within two standard errors.`);
    const few = apart.length <= MOST_NAMED ? listed(names(apart)) : `${apart.length} others`;
    if (apart.length > 0) said.push(`It is better than ${few} beyond two standard errors.`);
  } else if (apart.length > 0) {
    const [next, by] = [names(apart)[0], `${plusMinus(apart[0]!.behind)}${unitOf(metric)}`];
    const than = apart.length > 1 ? `${next}, the next, by ${by}, and than the others, all` : `${next} by ${by},`;
    said.push(`${best.name} is best by ${metric}, ${score}: better than ${than} beyond two standard errors.`);
  } else {
    said.push(`${lowest}, and is the only one with a finite score.`);
  }
  const shorter = tied.map(({ index }) => all[index]!).filter(({ steps }) => steps < best.steps);
  const shortest = shorter.toSorted((a, b) => a.steps - b.steps)[0];
  if (shortest) said.push(`${shortest.name} takes ${shortest.steps} steps, where ${best.name} takes ${best.steps}.`);
  if (failed.length > 0) said.push(`${listed(names(failed))} gave no finite score.`);
  return said;
}

/**
 * Whether the metrics rank the schedules alike, and for each that prefers another than the chosen metric does, whether that is beyond
 * noise.
 */
export function agreementSentences(all: readonly NamedHeard[], metric: MetricName): string[] {
  const named = all.map(({ name, byClip }) => {
    const metrics = Object.fromEntries(METRIC_NAMES.map((each) => [each, estimate(byClip[each])]));
    return { name, metrics: metrics as Record<MetricName, ReturnType<typeof estimate>> };
  });
  const best = standingsBy(all, metric)[0]!.index;
  const dissents = METRIC_NAMES.flatMap((other) => {
    const order = standingsBy(all, other);
    const ofBest = order.find(({ index }) => index === best)!;
    if (ofBest === order[0]) return [];
    const beyond = { apart: ', beyond two standard errors', tied: ', within two standard errors' };
    const sure = ofBest.place === 'apart' || ofBest.place === 'tied' ? beyond[ofBest.place] : '';
    const by = `${plusMinus(ofBest.behind)}${unitOf(other)}`;
    return [`By ${other}, ${all[order[0]!.index]!.name} is better than ${all[best]!.name} by ${by}${sure}.`];
  });
  return [agreementSentence(named, 'these schedules'), ...dissents];
}
