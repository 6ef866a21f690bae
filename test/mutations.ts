import { expect } from 'vitest';
import { InputError } from '../src/formats/input-error.ts';
import { damaged } from './fuzz/damage.ts';

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
    const bytes = damaged(originals[i % originals.length]!, i, seed);
    const before = process.memoryUsage().arrayBuffers;
    try {
      await read(bytes);
    } catch (error) {
      if (!(error instanceof InputError)) throw new Error(`mutation ${i} (seed ${seed})`, { cause: error });
      expect(error.message, `mutation ${i} (seed ${seed})`).toMatch(/^[^\n]+$/);
      refused++;
    }
    expect(process.memoryUsage().arrayBuffers - before, `bytes asked for by mutation ${i}`).toBeLessThan(MOST_BYTES);
  }
  return refused;
}
