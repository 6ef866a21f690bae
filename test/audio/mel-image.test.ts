import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MAGMA } from '../../src/audio/colour-maps.ts';
import type { LogMel } from '../../src/audio/mel.ts';
import { melImage } from '../../src/audio/mel-image.ts';
import type { Image } from '../../src/formats/png.ts';

const WHITE = [255, 255, 255];
const DARKEST = [...MAGMA.subarray(0, 3)];
const LIGHTEST = [...MAGMA.subarray(-3)];

/** Band after band, the lowest first. */
const logMel = (...bands: number[][]): LogMel => ({
  data: Float32Array.from(bands.flat()),
  nMels: bands.length,
  frames: bands[0]!.length,
});

const pixel = ({ width, rgb }: Image, x: number, y: number) => [
  ...rgb.subarray(3 * (y * width + x), 3 * (y * width + x) + 3),
];

/** Relative luminance (IEC 61966-2-1, sRGB). */
function luminance(colour: ArrayLike<number>): number {
  const linear = (i: number) => {
    const share = colour[i]! / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * linear(0) + 0.7152 * linear(1) + 0.0722 * linear(2);
}

/** Each row from the top, as letters for the colours. */
function drawn(image: Image): string[] {
  const letters = new Map([
    [WHITE.join(), ' '],
    [DARKEST.join(), '.'],
    [LIGHTEST.join(), '#'],
  ]);
  return Array.from({ length: image.height }, (_, y) =>
    Array.from({ length: image.width }, (__, x) => letters.get(pixel(image, x, y).join()) ?? '?').join(''),
  );
}

// Entries of `_magma_data` in matplotlib 3.10's _cm_listed.py times 255, rounded: some that the table has, and some between.
test.each([
  [0, 0x000004],
  [7, 0x03030f],
  [64, 0x51127c],
  [101, 0x8b2981],
  [128, 0xb73779],
  [200, 0xfd9869],
  [248, 0xfcf0b2],
  [255, 0xfcfdbf],
])("entry %i of magma is within 3 of matplotlib's", (entry, expected) => {
  [16, 8, 0].forEach((shift, i) => {
    expect(Math.abs(MAGMA[3 * entry + i]! - ((expected >> shift) & 255))).toBeLessThanOrEqual(3);
  });
});

test('the colours grow lighter with every entry', () => {
  expect(MAGMA).toHaveLength(768);
  const lightness = Array.from({ length: 256 }, (_, i) => luminance(MAGMA.subarray(3 * i)));
  for (let i = 1; i < 256; i++) expect(lightness[i], `entry ${i}`).toBeGreaterThan(lightness[i - 1]!);
});

test('time runs to the right and low bands are at the bottom', () => {
  const image = melImage([logMel([1, 1, 0], [0, 0, 0], [0, 0, 1])], 1);
  expect(drawn(image)).toEqual(['..#', '...', '##.']);
});

test('the second is below the first, with a gap, and what is shorter ends early', () => {
  const image = melImage([logMel([1, 0]), logMel([0], [1])], 2);
  expect(drawn(image)).toEqual(['##..', '##..', '    ', '    ', '    ', '    ', '##  ', '##  ', '..  ', '..  ']);
});

test('80 bands are 240 pixels high unless told otherwise', () => {
  const { width, height } = melImage([logMel(...Array.from({ length: 80 }, (_, band) => [band, 0]))]);
  expect([width, height]).toEqual([6, 240]);
});

test('colours go from the least to the greatest of the first, and stop there', () => {
  const image = melImage([logMel([-3, 0, 1]), logMel([-4, 0, 2])], 1);
  // (0 - -3) / (1 - -3) of 255 is 191.25.
  const between = [...MAGMA.subarray(3 * 191, 3 * 192)];
  expect([0, 1, 2].map((x) => pixel(image, x, 0))).toEqual([DARKEST, between, LIGHTEST]);
  expect([0, 1, 2].map((x) => pixel(image, x, 5))).toEqual([DARKEST, between, LIGHTEST]);
});

test('80 dB below the greatest is dark already', () => {
  const image = melImage([logMel([-20, -6, 2, -5])], 1);
  // (-5 - -6) / 8 of 255 is 31.875.
  const above = [...MAGMA.subarray(3 * 32, 3 * 33)];
  expect([0, 1, 2, 3].map((x) => pixel(image, x, 0))).toEqual([DARKEST, DARKEST, LIGHTEST, above]);
});

test('what is not finite is white and does not count', () => {
  const image = melImage([logMel([Number.NaN, 0, Infinity, 1]), logMel([-Infinity, 1, 0, 0])], 1);
  expect(drawn(image)).toEqual([' . #', '    ', '    ', '    ', '    ', ' #..']);
});

test('silence has one colour, and where nothing is finite all is white', () => {
  expect(drawn(melImage([logMel([0, 0])], 1))).toEqual(['..']);
  expect(drawn(melImage([logMel([Number.NaN]), logMel([0])], 1))).toEqual([' ', ' ', ' ', ' ', ' ', ' ']);
});

test('a greater value never has a darker colour, whatever the spectrograms', () => {
  const values = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -20, max: 20 }), { minLength: 2 });
  fc.assert(
    fc.property(values, fc.integer({ min: 1, max: 4 }), (band, scale) => {
      const image = melImage([logMel(band)], scale);
      const lights = band.map((_, frame) => luminance(pixel(image, scale * (frame + 1) - 1, scale - 1)));
      const order = [...band.keys()].sort((a, b) => band[a]! - band[b]!);
      for (let i = 1; i < order.length; i++) {
        expect(lights[order[i]!]).toBeGreaterThanOrEqual(lights[order[i - 1]!]!);
      }
    }),
  );
});
