import { expect } from 'vitest';
import { InputError } from '../src/formats/input-error.ts';
import { uniforms } from '../src/random/noise.ts';

/** As many as every reader is tried with. */
const MUTATIONS = 2000;

/** No file of a test stands for more than a few megabytes: what claims more must be refused, not allocated. */
const MOST_BYTES = 2 ** 28;

/**
 * Reads files that were damaged in 2,000 ways: bits flipped, bytes set to extremes, 32-bit numbers replaced, parts cut out, zeroed,
 * doubled, and the end cut off. Each must be read, or refused with an InputError of one line, without a gigabyte being asked for.
 * Returns how many were refused.
 *
 * @param originals files that are read without complaint, used in turn
 */
export async function survivesMutations(
  originals: readonly Uint8Array[],
  read: (bytes: Uint8Array) => unknown,
  { count = MUTATIONS, seed = 0 } = {},
): Promise<number> {
  for (const original of originals) await read(original.slice());
  let refused = 0;
  for (let i = 0; i < count; i++) {
    const damaged = mutated(originals[i % originals.length]!, i, seed);
    const before = process.memoryUsage().arrayBuffers;
    try {
      await read(damaged);
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`mutation ${i} (seed ${seed})`, { cause: error });
      expect(error.message, `mutation ${i} (seed ${seed})`).toMatch(/^[^\n]+$/);
      refused++;
    }
    expect(process.memoryUsage().arrayBuffers - before, `bytes asked for by mutation ${i}`).toBeLessThan(MOST_BYTES);
  }
  return refused;
}

const EXTREME_BYTES = [0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];
const EXTREME_WORDS = [0, 1, 0x7fffffff, 0x80000000, 0xffffffff, 0xfffffffe, 0x00010000, 0x01000000];

/** One to four changes, most of them in the first kilobyte, where the headers are. */
function mutated(original: Uint8Array, index: number, seed: number): Uint8Array<ArrayBuffer> {
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

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
