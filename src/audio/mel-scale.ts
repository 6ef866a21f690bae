import type { LogMel, MelConfig } from './mel.ts';

/** Numbers about a mel from which its scale can be told; cells of silence, exactly 0, are left out. */
export interface MelStatistics {
  /** Cells that are neither silent nor on the floor. */
  readonly cells: number;
  readonly least: number;
  readonly most: number;
  /** The 1st, 50th and 99th percentile. */
  readonly low: number;
  readonly median: number;
  readonly high: number;
  /** The median change from one frame to the next, within a band. */
  readonly jitter: number;
  /** The least value, where so many cells of several bands have it that it must have been a lower limit. */
  readonly floor: number | undefined;
  /** Cells that are exactly 0. */
  readonly zeros: number;
}

/** log10 of the least float32. */
const LEAST_LOG = -45;
/** Samples may pass 1 a little, as after resampling. */
const ABOVE_FULL_SCALE = 0.1;
const FEWEST_CELLS = 200;
/** So many cells must stop at the same value, and so large a part of all: the least values of a mel in bfloat16 meet by chance. */
const FEWEST_FLOOR_CELLS = 4;
const FLOOR_PART = 1e-3;

/**
 * A right mel changes by so much from frame to frame, whatever its level: measured 0.18 for noise and 0.26 to 0.41 for speech with
 * hops of 0.29 windows, 0.09 to 1.1 for speech with hops of 0.07 to 1 window.
 */
const LEAST_JITTER = 0.1;
const MOST_JITTER = 0.55;
const USUAL_HOP = 0.29;

/** Statistics of finite values [nMels, frames]. */
export function melStatistics({ data, nMels, frames }: LogMel): MelStatistics {
  const bottom = data.reduce((least, value) => (value === 0 ? least : Math.min(least, value)), Infinity);
  const floor = isFloor(data, frames, bottom) ? bottom : undefined;
  const counts = (value: number) => value !== 0 && value !== floor;
  const values = data.filter(counts).sort();
  const changes = new Float32Array(data.length);
  let changed = 0;
  for (let mel = 0; mel < nMels; mel++) {
    for (let at = mel * frames + 1; at < (mel + 1) * frames; at++) {
      if (counts(data[at]!) && counts(data[at - 1]!)) changes[changed++] = Math.abs(data[at]! - data[at - 1]!);
    }
  }
  const quantile = (sorted: Float32Array, p: number) => sorted[Math.floor(p * (sorted.length - 1))] ?? 0;
  return {
    cells: values.length,
    least: floor ?? quantile(values, 0),
    most: quantile(values, 1),
    low: quantile(values, 0.01),
    median: quantile(values, 0.5),
    high: quantile(values, 0.99),
    jitter: quantile(changes.subarray(0, changed).sort(), 0.5),
    floor,
    zeros: data.reduce((count, value) => count + (value === 0 ? 1 : 0), 0),
  };
}

/** A steady tone repeats a value too, but in one band. */
function isFloor(data: Float32Array, frames: number, least: number): boolean {
  let cells = 0;
  const bands = new Set<number>();
  for (let at = 0; at < data.length; at++) {
    if (data[at] !== least) continue;
    cells++;
    bands.add(Math.floor(at / frames));
  }
  return cells >= Math.max(FEWEST_FLOOR_CELLS, FLOOR_PART * data.length) && bands.size > 1;
}

/**
 * The most that a log10 mel of samples in [-1, 1] can be: by Parseval, half of n_fft · Σ w² with a Hann window w, in one band of
 * weight 1.
 */
function mostLogMel({ n_fft, win_length }: Pick<MelConfig, 'n_fft' | 'win_length'>): number {
  return Math.log10((n_fft * win_length * 3) / 16);
}

/**
 * What a mel seems to be that is not log10 of a power, told by its numbers alone: undefined where nothing speaks against it. A mel
 * of magnitudes, and natural logarithms of magnitudes that reach no floor, look too much like quieter right ones to be told so.
 */
export function scaleMismatch(mel: MelStatistics, config: MelConfig): string | undefined {
  const { least, most, low, high, jitter, zeros, floor } = mel;
  const range = `from ${shown(least)} to ${shown(most)}`;
  const power = floorPower(floor, Math.LN10);
  if (power !== undefined) {
    return `the values stop at ${shown(floor!)}, the natural logarithm of ${power}; the model takes log10, which is ${shown(Math.log10(power))} there`;
  }
  if (floor === -4 && most <= 4 && most > 0) {
    return `the values lie between -4 and ${shown(most)} with many at -4, as if normalised to [-4, 4] or cut off at 1e-4; the model takes log10 as it is`;
  }
  if (mel.cells < FEWEST_CELLS) return undefined;
  if (isLinear(mel)) {
    return `the values run ${range}, half of them below ${shown(mel.median)}, as without a logarithm; the model takes log10 of the power`;
  }
  const hop = config.hop_length / config.win_length / USUAL_HOP;
  const [steady, unsteady] = [LEAST_JITTER * Math.min(1, hop), MOST_JITTER * Math.max(1, hop)];
  const limit = mostLogMel(config) + ABOVE_FULL_SCALE;
  const span = high - low;
  const jumps = `${range} and change by ${shown(jitter)} from frame to frame`;
  if (jitter > 2 * unsteady && (most > limit * Math.LN10 || low < LEAST_LOG || span > 25)) {
    return `the values run ${jumps}, as in decibels; the model takes log10 of the power, a tenth of that`;
  }
  const atMost = `log10 of the power, which samples in [-1, 1] bring to ${shown(mostLogMel(config))} at most`;
  if (most > limit && low > 2) {
    return `the values run ${range}, as of samples from -32768 to 32767; the model takes ${atMost}`;
  }
  if (most > limit || (jitter > unsteady && span > 10)) {
    return `the values run ${jumps}, as natural logarithms do; the model takes ${atMost}`;
  }
  if (least >= -1 && most <= 1 && jitter < steady && span > 0.2) {
    const [from, clipped] = least >= 0 ? [0, zeros > 0 ? ', some at 0' : ''] : [-1, ''];
    return `the values run ${jumps}${clipped}, as if normalised to [${from}, 1]; the model takes log10 of the power as it is`;
  }
  return undefined;
}

/** Whether the values look as if no logarithm had been taken: none is negative, and most are tiny beside the largest. */
export function isLinear({ cells, least, median, most }: MelStatistics): boolean {
  return cells >= FEWEST_CELLS && least >= 0 && median < 0.05 * most;
}

/** The power of ten whose logarithm a floor is, times `scale`; undefined where it is none from 1e-12 to 0.1. */
export function floorPower(floor: number | undefined, scale: number): number | undefined {
  if (floor === undefined) return undefined;
  const exponent = Math.round(floor / scale);
  // A mel kept in float16 is off by up to 0.008 at -23.
  const near = Math.abs(floor - exponent * scale) < 0.01;
  return near && exponent >= -12 && exponent <= -1 ? Number(`1e${exponent}`) : undefined;
}

/** A number in a sentence: four digits, without trailing zeros. */
export function shown(value: number): string {
  return String(Number(value.toPrecision(4)));
}
