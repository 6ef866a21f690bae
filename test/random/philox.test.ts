import { expect, test } from 'vitest';
import { philox4x32 } from '../../src/random/philox.ts';

/** Random123's known answers for philox4x32-10 (kat_vectors): counter, key, result. */
const VECTORS = [
  ['00000000 00000000 00000000 00000000', '00000000 00000000', '6627e8d5 e169c58d bc57ac4c 9b00dbd8'],
  ['ffffffff ffffffff ffffffff ffffffff', 'ffffffff ffffffff', '408f276d 41c83b0e a20bc7c6 6d5451fd'],
  ['243f6a88 85a308d3 13198a2e 03707344', 'a4093822 299f31d0', 'd16cfe09 94fdcceb 5001e420 24126ea1'],
] as const;

const words = (hex: string) => hex.split(' ').map((word) => Number.parseInt(word, 16));

test.each(VECTORS)('counter %s, key %s → %s', (counter, key, result) => {
  const out = new Uint32Array(4);
  const [key0, key1] = words(key);
  philox4x32(out, words(counter), key0!, key1!);
  expect([...out]).toEqual(words(result));
});
