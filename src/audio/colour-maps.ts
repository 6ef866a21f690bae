/**
 * Entries 0, 15, …, 255 of the colour map magma, whose lightness grows evenly with the value (S. van der Walt and N. Smith,
 * https://bids.github.io/colormap, CC0; `_magma_data` in matplotlib's _cm_listed.py), as 24 bits of red, green and blue.
 */
const MAGMA_ENTRIES = [
  0x000004, 0x090720, 0x1a1042, 0x311165, 0x4a1079, 0x621980, 0x792282, 0x912b81, 0xaa337d, 0xc23b75, 0xd9466b,
  0xec5860, 0xf7725c, 0xfc8e64, 0xfeaa74, 0xfec68a, 0xfde2a3, 0xfcfdbf,
];

/** ColorBrewer's RdBu of 11 classes (C. Brewer, https://colorbrewer2.org), from blue over white to red. */
const BLUE_RED_ENTRIES = [
  0x053061, 0x2166ac, 0x4393c3, 0x92c5de, 0xd1e5f0, 0xf7f7f7, 0xfddbc7, 0xf4a582, 0xd6604d, 0xb2182b, 0x67001f,
];

/** The 256 colours of magma from dark to light, each as red, green and blue: 768 bytes, within 3 of matplotlib's. */
export const MAGMA = colourMap(MAGMA_ENTRIES);

/** 256 colours, blue for what is least, white in the middle, red for what is greatest, each as red, green and blue. */
export const BLUE_RED = colourMap(BLUE_RED_ENTRIES);

/** 256 colours, between entries in proportion. */
function colourMap(entries: readonly number[]): Uint8Array {
  return Uint8Array.from({ length: 3 * 256 }, (_, i) => {
    const at = (Math.floor(i / 3) * (entries.length - 1)) / 255;
    const below = Math.min(Math.floor(at), entries.length - 2);
    const shift = 16 - 8 * (i % 3);
    const low = (entries[below]! >> shift) & 255;
    const high = (entries[below + 1]! >> shift) & 255;
    return Math.round(low + (at - below) * (high - low));
  });
}
