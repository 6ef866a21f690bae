import { createHash } from 'node:crypto';
import type { Recording } from './prepare-choice.ts';

/** How many recordings to test on: so many, or that share of all, above 0 and below 1. */
export type TestSize =
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'share'; readonly share: number };

export interface Split {
  readonly train: readonly Recording[];
  readonly tested: readonly Recording[];
}

/** Without a size, a tenth of the recordings is tested on, and no more of them than these. */
const MOST_DEFAULT = 20;

/**
 * Splits recordings of which no two sound the same, and keeps their order. Which ones are tested on depends on their sound and the
 * seed and neither on their names nor on their order; one recording more changes at most one of them where their number stays.
 *
 * @param size a share is rounded and leaves at least one on either side; default: a tenth, 20 at most
 * @returns undefined where no recording would be left to train on
 */
export function splitRecordings(
  recordings: readonly Recording[],
  size: TestSize | undefined,
  seed: number,
): Split | undefined {
  const count = testCount(recordings.length, size);
  if (count >= recordings.length) return undefined;
  const keys = recordings.map(({ hash }, i) => ({ i, key: sha256(`${seed} ${hash}`) }));
  const taken = new Set(
    keys
      .toSorted((a, b) => (a.key < b.key ? -1 : 1))
      .slice(0, count)
      .map(({ i }) => i),
  );
  return {
    train: recordings.filter((_, i) => !taken.has(i)),
    tested: recordings.filter((_, i) => taken.has(i)),
  };
}

function testCount(all: number, size: TestSize | undefined): number {
  if (size?.kind === 'count') return size.count;
  const count = Math.max(1, Math.round(all * (size?.share ?? 0.1)));
  return size === undefined ? Math.min(MOST_DEFAULT, count) : Math.min(count, Math.max(1, all - 1));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
