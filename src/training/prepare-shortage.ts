import { InputError } from '../formats/input-error.ts';
import { type Choice, countBy, type LeftOut } from './prepare-choice.ts';
import type { TestSize } from './prepare-split.ts';

/** Why recordings were left out, as it is said of them. */
export const WHY: Readonly<Record<LeftOut['why'], string>> = {
  unreadable: 'unreadable',
  'not finite': 'not finite',
  silent: 'silent',
  rate: 'of another rate',
  short: 'too short',
  long: 'too long',
  duplicate: 'the same as another',
  name: 'with a line break in the path',
};

/** What to do where most of what was left out was so for that reason. */
const ADVICE: Readonly<Record<LeftOut['why'], string>> = {
  unreadable: 'ffmpeg -i FILE FILE.wav makes readable files of most others',
  'not finite': 'they must be made again',
  silent: 'they must be made again',
  rate: '--rate takes another one',
  short: '--min-seconds takes shorter ones',
  long: '--max-seconds takes longer ones',
  duplicate: 'others are needed',
  name: 'other names are needed',
};

interface Remaining {
  /** Recordings that could be trained on. */
  readonly usable: number;
  readonly leftOut: readonly LeftOut[];
  readonly tested: TestSize | undefined;
  readonly rates: Choice['rates'];
}

/** That too few recordings remain, why, and what to do. */
export function shortage(source: string, remaining: Remaining): InputError {
  const { usable, leftOut, tested } = remaining;
  const toTest = tested?.kind === 'count' ? tested.count : 1;
  const reasons = countBy(leftOut, ({ why }) => why).map(([why, count]) => `${count} ${WHY[why]}`);
  const expected = `expected at least ${toTest + 1} usable recordings, ${toTest} to test on and the others to train on`;
  const got = `got ${usable} of ${usable + leftOut.length}${reasons.length > 0 ? ` (${reasons.join(', ')})` : ''}`;
  return new InputError(`${source}: ${expected}, ${got}; ${advice(remaining)}`);
}

function advice({ usable, leftOut, rates }: Remaining): string {
  if (usable > 1) return `--test ${usable - 1} fits`;
  const most = countBy(leftOut, ({ why }) => why)[0]?.[0];
  if (most === undefined) return 'more are needed';
  if (most === 'rate') return `${ADVICE.rate} (${rates.map(([rate]) => `${rate} Hz`).join(', ')})`;
  const first = leftOut.find(({ why }) => why === most)!;
  return `${ADVICE[most]}; the first is ${first.path}: ${first.message}`;
}
