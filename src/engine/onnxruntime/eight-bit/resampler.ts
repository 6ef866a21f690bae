import type { NodeWriter } from '../node-writer.ts';
import type { EightBitValue, ValueWriter } from './value-writer.ts';

const TIME_AXIS = 1;
const END = Number.MAX_SAFE_INTEGER;

/** Resampling of eight-bit values; results have the scale of what they come from. */
export interface Resampler {
  /** The samples from `begin`, counted from the end where negative, up to but not with `end`; default: all from there on. */
  slice(x: EightBitValue, begin: number, end?: number): EightBitValue;
  /** downsampleLinear. */
  down(x: EightBitValue, factor: number, channels: number): EightBitValue;
  /** upsampleLinear. */
  up(x: EightBitValue, factor: number, channels: number): EightBitValue;
}

export function createResampler(writer: NodeWriter, values: ValueWriter): Resampler {
  const sliced = (name: string, begin: number, end: number, axis: number) =>
    writer.node('Slice', [name, ...[begin, end, axis].map((place) => writer.int64([place]))]);
  const reshaped = (name: string, shape: readonly number[]) => writer.node('Reshape', [name, writer.int64(shape)]);

  /** a · weight + b · (1 − weight). */
  function mixed(x: EightBitValue, a: string, b: string, weight: number): string {
    const part = (name: string, share: number) => ({ name, step: x.step * share, zero: x.zero });
    return values.apply('QLinearAdd', [part(a, weight), part(b, 1 - weight)], x).name;
  }

  return {
    slice: (x, begin, end = END) => ({ ...x, name: sliced(x.name, begin, end, TIME_AXIS) }),
    down(x, factor, channels) {
      const runs = reshaped(x.name, [0, -1, factor, channels]);
      const pick = (place: number) => sliced(runs, place, place + 1, 2);
      const right = pick(Math.floor(factor / 2));
      return { ...x, name: factor % 2 === 1 ? right : mixed(x, pick(factor / 2 - 1), right, 0.5) };
    },
    up(x, factor, channels) {
      const first = sliced(x.name, 0, 1, TIME_AXIS);
      const last = sliced(x.name, -1, END, TIME_AXIS);
      const before = writer.node('Concat', [first, sliced(x.name, 0, -1, TIME_AXIS)], { axis: TIME_AXIS });
      const after = writer.node('Concat', [sliced(x.name, 1, END, TIME_AXIS), last], { axis: TIME_AXIS });
      const phases = Array.from({ length: factor }, (_, phase) => {
        const offset = (phase + 0.5) / factor - 0.5;
        if (offset === 0) return x.name;
        return mixed(x, offset < 0 ? before : after, x.name, Math.abs(offset));
      });
      return { ...x, name: reshaped(writer.node('Concat', phases, { axis: 2 }), [0, -1, 1, channels]) };
    },
  };
}
