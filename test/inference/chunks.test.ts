import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chunksOf } from '../../src/inference/chunks.ts';

const files = fc.record({
  frames: fc.integer({ min: 1, max: 3000 }),
  halo: fc.integer({ min: 0, max: 9 }),
  length: fc.integer({ min: 32, max: 200 }),
});

test('every frame is kept once, of a chunk in which it is a halo away from the ends that the file has not', () => {
  fc.assert(
    fc.property(files, ({ frames, halo, length }) => {
      const chunks = chunksOf(frames, { halo, length });
      expect(chunks[0]!.from).toBe(0);
      expect(chunks.at(-1)!.to).toBe(frames);
      for (const [i, { start, frames: size, from, to }] of chunks.entries()) {
        if (i > 0) expect(from).toBe(chunks[i - 1]!.to);
        expect(to).toBeGreaterThan(from);
        const [end, isLast] = [start + size, i === chunks.length - 1];
        expect(start === 0 || from - start >= halo).toBe(true);
        expect(end === frames || end - to >= halo).toBe(true);
        expect(start >= 0 && end <= frames).toBe(true);
        expect(isLast ? size <= length : size === length).toBe(true);
      }
    }),
  );
});

test('what is left at the end is a chunk of its own length where that is short, and else one of the usual length', () => {
  const sizes = { halo: 4, length: 128 };
  // 124 frames are kept of the first one.
  expect(chunksOf(150, sizes)).toEqual([
    { start: 0, frames: 128, from: 0, to: 124 },
    { start: 120, frames: 30, from: 124, to: 150 },
  ]);
  expect(chunksOf(240, sizes)).toEqual([
    { start: 0, frames: 128, from: 0, to: 124 },
    { start: 112, frames: 128, from: 124, to: 240 },
  ]);
  expect(chunksOf(100, sizes)).toEqual([{ start: 0, frames: 100, from: 0, to: 100 }]);
  expect(chunksOf(128, sizes)).toEqual([{ start: 0, frames: 128, from: 0, to: 128 }]);
});
