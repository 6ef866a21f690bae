/** Makes hostile files of valid ones, the same for the same seed and index. */
import { uniforms } from '../../src/random/noise.ts';
import { damaged, joined } from './damage.ts';
import { hostileJson } from './hostile-json.ts';
import { hostileText } from './hostile-text.ts';

/** What a reader's files are made of. */
export type Content = 'bytes' | 'json' | 'json lines' | 'text';

/** A mutant is no longer than this, or every long one would take as long to read as its size says. */
const MOST_BYTES = 2 ** 20;

const HUGE: readonly bigint[] = [
  0xffn,
  0x7fffn,
  0xffffn,
  0x7fffffffn,
  0x80000000n,
  0xfffffff0n,
  0xffffffffn,
  0x1fffffffffffffn,
  0x7fffffffffffffffn,
  0xffffffffffffffffn,
];

/** The mutant of that index: damage to bytes, lengths that claim too much, repetition, splices and what its content allows beside. */
export function mutant(seeds: readonly Uint8Array[], content: Content, index: number, seed: number): Uint8Array {
  const draws = uniforms(16, { seed, purpose: 'clips', clip: 1, replicate: 0, k: index });
  const below = (at: number, end: number) => Math.floor(draws[at]! * end);
  const original = seeds[below(0, seeds.length)]!;
  if (content !== 'bytes' && draws[1]! < 0.6) {
    const made = content === 'text' ? hostileText(original, index, seed) : hostileJson(original, content, index, seed);
    return made.subarray(0, MOST_BYTES);
  }
  const kind = draws[2]!;
  if (kind < 0.5) return damaged(original, index, seed);
  if (kind < 0.7) return claiming(original, draws);
  if (kind < 0.85) return repeated(original, below).subarray(0, MOST_BYTES);
  const other = seeds[below(3, seeds.length)]!;
  return joined(original.subarray(0, below(4, original.length)), other.subarray(below(5, other.length)));
}

/** One number somewhere, of 2, 4 or 8 bytes, becomes huge. */
function claiming(original: Uint8Array, draws: Float64Array | readonly number[]): Uint8Array {
  const bytes = Uint8Array.from(original);
  const view = new DataView(bytes.buffer);
  const size = [2, 4, 8][Math.floor(draws[3]! * 3)]!;
  const room = (draws[4]! < 0.7 ? Math.min(bytes.length, 256) : bytes.length) - size;
  if (room < 0) return bytes;
  const at = Math.floor(draws[5]! * (room + 1));
  const value = HUGE[Math.floor(draws[6]! * HUGE.length)]!;
  const little = draws[7]! < 0.6;
  if (size === 2) view.setUint16(at, Number(value & 0xffffn), little);
  else if (size === 4) view.setUint32(at, Number(value & 0xffffffffn), little);
  else view.setBigUint64(at, value, little);
  return bytes;
}

/** A part comes up to a thousand times. */
function repeated(original: Uint8Array, below: (at: number, end: number) => number): Uint8Array {
  const from = below(3, original.length);
  const part = original.subarray(from, from + 1 + below(4, Math.min(256, original.length)));
  const times = [2, 10, 100, 1000][below(5, 4)]!;
  const middle = new Uint8Array(part.length * times);
  for (let i = 0; i < times; i++) middle.set(part, i * part.length);
  return joined(joined(original.subarray(0, from), middle), original.subarray(from));
}
