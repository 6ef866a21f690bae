/** Damages files as disks, transfers and people do, by numbers that are the same each time. */
import { uniforms } from '../../src/random/noise.ts';

const EXTREME_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
const EXTREME_WORDS = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x00010000, 0x01000000];

/** One to four changes, most of them in the first kilobyte, where the headers are. */
export function damaged(original: Uint8Array, index: number, seed: number): Uint8Array<ArrayBuffer> {
  const draws = uniforms(32, { seed, purpose: 'proposal', clip: 0, replicate: 0, k: index });
  let next = 0;
  const below = (end: number) => Math.floor(draws[next++]! * end);
  let bytes: Uint8Array<ArrayBuffer> = Uint8Array.from(original);
  for (let changes = 1 + below(4); changes > 0; changes--) {
    if (bytes.length === 0) break;
    const at = below(below(3) === 0 ? bytes.length : Math.min(bytes.length, 1024));
    const view = new DataView(bytes.buffer);
    switch (below(8)) {
      case 0:
        bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        bytes[at] = EXTREME_BYTES[below(EXTREME_BYTES.length)]!;
        break;
      case 2:
        bytes[at] = below(256);
        break;
      case 3:
        if (at + 4 <= bytes.length) view.setUint32(at, EXTREME_WORDS[below(EXTREME_WORDS.length)]!, below(2) === 0);
        break;
      case 4:
        bytes.fill(0, at, at + 1 + below(16));
        break;
      case 5:
        bytes = joined(bytes.subarray(0, at), bytes.subarray(at + 1 + below(16)));
        break;
      case 6:
        bytes = joined(bytes.subarray(0, at + 1 + below(16)), bytes.subarray(at));
        break;
      default:
        bytes = bytes.slice(0, below(bytes.length));
    }
  }
  return bytes;
}

export function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
