import { UsageError } from './command.ts';

const MOST_STEPS = 1000;
/** A search for each takes its time. */
const MOST_COUNTS = 100;

/**
 * The numbers of steps that `--iters` names, in rising order, each once: one (`6`), a list (`4,6,8`), a range (`4-12`), or a list of these.
 *
 * @throws {UsageError} if a part is neither a whole number from 1 to 1000 nor a rising range of them
 */
export function stepCounts(text: string): number[] {
  const counts = text.split(',').flatMap((part) => {
    const match = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
    const [from, to] = [Number(match?.[1]), Number(match?.[2] ?? match?.[1])];
    if (!(from >= 1 && from <= to)) {
      throw new UsageError(
        `--iters must be a whole number of steps, at least 1, a list (4,6,8) or a range (4-12), got ${text}`,
      );
    }
    if (to > MOST_STEPS) throw new UsageError(`--iters must be at most ${MOST_STEPS}, got ${to}`);
    return Array.from({ length: to - from + 1 }, (_, i) => from + i);
  });
  const distinct = [...new Set(counts)].sort((a, b) => a - b);
  if (distinct.length > MOST_COUNTS) {
    throw new UsageError(`--iters must name at most ${MOST_COUNTS} numbers of steps, got ${distinct.length}`);
  }
  return distinct;
}

const LONGEST_LABEL = 60;

/** The same, short enough for the name of a folder. */
export function labelOf(counts: readonly number[]): string {
  const [first, last] = [counts[0]!, counts.at(-1)!];
  if (counts.length > 2 && last - first === counts.length - 1) return `${first}-${last}`;
  const list = counts.join(',');
  return list.length <= LONGEST_LABEL ? list : `${first}-${last}-of-${counts.length}`;
}
