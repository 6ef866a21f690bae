import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePng } from '../../src/formats/png.ts';
import { readPng } from './read-png.ts';

const images = fc
  .record({ width: fc.integer({ min: 1, max: 20 }), height: fc.integer({ min: 1, max: 20 }) })
  .chain(({ width, height }) =>
    fc
      .uint8Array({ minLength: 3 * width * height, maxLength: 3 * width * height })
      .map((rgb) => ({ width, height, rgb })),
  );

test('a PNG keeps every pixel', () => {
  fc.assert(
    fc.property(images, (image) => {
      expect(readPng(encodePng(image))).toEqual(image);
    }),
  );
});

test('the reader of these tests sees every flipped bit', () => {
  const image = { width: 2, height: 3, rgb: Uint8Array.from({ length: 18 }, (_, i) => 13 * i) };
  const bytes = encodePng(image);
  for (let bit = 0; bit < 8 * bytes.length; bit++) {
    const damaged = Uint8Array.from(bytes);
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    expect(() => readPng(damaged), `bit ${bit}`).toThrow();
  }
});
