import { expect, test } from 'vitest';
import { judged } from './judge.ts';
import { mutant } from './mutate.ts';
import { contentOf, openReader, READER_NAMES } from './readers.ts';

/** `bench/faults/fuzz.ts` makes more, and measures time and memory. */
const MUTANTS = 200;

test.each(READER_NAMES)('%s: mutants are read or refused in one sentence', async (name) => {
  const reader = await openReader(name);
  const faults: string[] = [];
  let refused = 0;
  for (let index = 0; index < MUTANTS; index++) {
    const verdict = await judged(reader, mutant(reader.seeds, contentOf(name), index, 1));
    if (verdict.fault !== undefined) faults.push(`${index}: ${verdict.fault}`);
    if (verdict.refused !== undefined) refused++;
  }
  reader.close();
  expect(faults).toEqual([]);
  expect(refused).toBeGreaterThan(MUTANTS / 10);
});
