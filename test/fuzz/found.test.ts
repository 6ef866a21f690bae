import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { judged } from './judge.ts';
import { openReader } from './readers.ts';

test.each([
  ['lost-sync.flac', 'FLAC', 'cannot be decoded'],
  ['long-silence.flac', 'FLAC', 'at most 8421245 samples'],
  ['unfreed.ogg', 'Ogg Vorbis, with checksums that fit', 'cannot be decoded'],
  ['many-steps.json', 'study.json', 'steps: Too big'],
  ['right-to-left-key.json', 'study.json', String.raw`\u202e`],
  ['line-break-in-key.json', 'best.json', 'Unrecognized key'],
] as const)('%s, which fuzzing found, is refused in one sentence and nothing is printed', async (file, name, said) => {
  const reader = await openReader(name);
  const bytes = new Uint8Array(readFileSync(new URL(`../fixtures/fuzz/${file}`, import.meta.url)));
  const { refused, fault } = await judged(reader, bytes);
  reader.close();
  expect(fault).toBeUndefined();
  expect(refused).toContain(said);
});
