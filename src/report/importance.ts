import { groupBy } from '../search/group-by.ts';

/** Groups of a level's values: with more, each has too few schedules to say what their mean is. */
const MOST_GROUPS = 10;

/** With fewer schedules nothing is said. */
export const FEWEST_SCHEDULES = 12;

/**
 * How much of the differences between scores one quantity explains by itself, whatever the form: the correlation ratio between groups of
 * its values, with its bias removed (ε² of Kelley 1935, doi:10.1073/pnas.21.9.554), of the ranks of the scores, so that a few
 * very bad schedules do not decide. It estimates a first-order sensitivity index from given data (Plischke, Borgonovo and Smith 2013,
 * doi:10.1016/j.ejor.2012.11.047).
 *
 * @param values of the quantity, as many as scores; they are cut into groups of about equal size, at most 10
 * @returns from 0, nothing, to 1, everything; NaN where the values or the scores are all alike, or fewer than 12
 */
export function importance(values: readonly number[], scores: readonly number[]): number {
  if (scores.length < FEWEST_SCHEDULES) return Number.NaN;
  return correlationRatio(grouped(values, ranks(scores)));
}

/**
 * ε² of values in groups: 1 less the variance within the groups over that of all, each an unbiased estimate; 0 where that is below it.
 */
export function correlationRatio(groups: readonly (readonly number[])[]): number {
  const all = groups.flat();
  const within = groups.reduce((sum, group) => sum + squares(group), 0) / (all.length - groups.length);
  const total = squares(all) / (all.length - 1);
  if (groups.length < 2 || total === 0) return Number.NaN;
  return Math.max(0, 1 - within / total);
}

/** Equal values stay in one group. */
function grouped(values: readonly number[], ranksOfScores: readonly number[]): number[][] {
  const count = Math.min(MOST_GROUPS, Math.floor(Math.sqrt(values.length)));
  const ranksOfValues = ranks(values);
  const groupOf = (i: number) => Math.min(count - 1, Math.floor((count * ranksOfValues[i]!) / values.length));
  const groups = groupBy([...values.keys()], groupOf);
  return [...groups.values()].map((members) => members.map((i) => ranksOfScores[i]!));
}

/** From 0; equal values have the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).toSorted((a, b) => values[a]! - values[b]!);
  const result = values.map(() => 0);
  for (let begin = 0; begin < order.length; ) {
    let end = begin + 1;
    while (end < order.length && values[order[end]!] === values[order[begin]!]) end++;
    for (const i of order.slice(begin, end)) result[i] = (begin + end - 1) / 2;
    begin = end;
  }
  return result;
}

function squares(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}
