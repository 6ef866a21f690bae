import { InputError } from '../formats/input-error.ts';
import { checkCount } from './check-count.ts';
import { type BetaRange, exponentRange } from './exponent-range.ts';
import { NoiseSchedule } from './noise-schedule.ts';
import { type ScheduleSequence, scheduleSequence } from './sequence.ts';

/** The reference's walk. Its ticks are numbered from 0; those whose integer has a zero digit are no candidates. */
export interface ReferenceGrid extends ScheduleSequence {
  /** The tick of the candidate at an index. */
  tickAt(index: number): number;
  /** The index of the candidate at a tick, or undefined where the walk skips that tick or never comes there. */
  indexOfTick(tick: number): number | undefined;
  /** The first tick that gives these n betas to 1e-5 relative, or undefined. */
  tickOf(betas: Iterable<number>): number | undefined;
}

const TICKS = 9 ** 5;

// Beyond it 9^n / 9^5 is no float64; by then the walk has long been down to 11…1 alone.
const MOST_STEPS = 328;

/**
 * The candidates of ivanvovk/WaveGrad's grid search for n steps, in its order: β_i = digit_i · 10^(lo + i·(hi − lo)/(n − 1)).
 * The digits are those of a decimal integer that starts at 11…1 and grows by 9^n / 9^5 (at least 1) in each of 9^5 ticks;
 * integers with a zero digit are skipped. It is not a grid: for n = 6 the first digit only reaches 6. For n < 5 the integers
 * outgrow n digits; then only the first n count, and candidates repeat. Betas are float32 values, as there.
 *
 * @param range the betas' ends at digit 1: betas, or their exponents where both are negative. Default [1e-6, 1e-2].
 * @throws {InputError} if n is not a whole number from 1 to 328 or the range is out of bounds.
 */
export function referenceGrid(n: number, range: BetaRange = [1e-6, 1e-2]): ReferenceGrid {
  const where = 'reference grid';
  checkCount(`${where}: n`, n);
  if (n > MOST_STEPS) throw new InputError(`${where}: n must be at most ${MOST_STEPS}, got ${n}`);
  const powers = linspaceFloat32(...exponentRange(where, range, 9), n).map((exponent) => Math.fround(10 ** exponent));
  const first = BigInt('1'.repeat(n));
  const step = stepOf(n);
  const digitsOf = (tick: number) => (first + BigInt(tick) * step).toString();
  const ticks = Int32Array.from(
    Array.from({ length: TICKS }, (_, tick) => tick).filter((tick) => !digitsOf(tick).includes('0')),
  );

  const sequence = scheduleSequence(where, ticks.length, (index) => {
    const digits = digitsOf(ticks[index]!);
    const betas = powers.map((power, i) => Math.fround(Number(digits[i]) * power));
    return NoiseSchedule.fromBetas(betas, {
      name: `reference-grid-${n}-${ticks[index]}`,
      source: `reference grid, tick ${ticks[index]}, digits ${digits}`,
    });
  });
  const indexOfTick = (tick: number): number | undefined => {
    const index = ticks.indexOf(tick);
    return index < 0 ? undefined : index;
  };
  return {
    length: sequence.length,
    at: (index) => sequence.at(index),
    [Symbol.iterator]: () => sequence[Symbol.iterator](),
    tickAt: (index) => {
      sequence.at(index);
      return ticks[index]!;
    },
    indexOfTick,
    tickOf: (betas) => {
      const wanted = [...betas];
      const digits = wanted.map((beta, i) => Math.round(beta / powers[i]!));
      const near = wanted.every((beta, i) => Math.abs(beta / (digits[i]! * powers[i]!) - 1) < 1e-5);
      if (wanted.length !== n || !near || digits.some((digit) => digit < 1 || digit > 9)) return undefined;
      return ticks.find((tick) => digitsOf(tick).startsWith(digits.join('')));
    },
  };
}

// The reference divides to a float64: from n = 22 on that is not 9^(n−5), and its digits decide which ticks have zeros.
function stepOf(n: number): bigint {
  return n <= 5 ? 1n : BigInt(Number(9n ** BigInt(n - 5)));
}

// torch.linspace on the CPU with AVX2 (PyTorch 1.13): blocks of eight lanes that start from a rounded base, fused multiply-adds.
function linspaceFloat32(lo: number, hi: number, n: number): number[] {
  const start = Math.fround(lo);
  if (n === 1) return [start];
  const step = Math.fround(Math.fround(Math.fround(hi) - start) / (n - 1));
  const blocks = n - (n % 8);
  return Array.from({ length: n }, (_, i) => {
    if (i >= blocks) return Math.fround(start + step * i);
    const lane = i % 8;
    return Math.fround(Math.fround(start + step * (i - lane)) + step * lane);
  });
}
