import { expect, test } from 'vitest';
import { crcTable, reflectedCrcTable } from '../../src/audio/crc.ts';
import { bitCrc } from './bit-crc.ts';

/** What the catalogue of CRC algorithms checks each of them with. */
const CHECK = Buffer.from('123456789');

// The catalogue's CRC-8/SMBUS, CRC-16/UMTS and CRC-32/CKSUM, the last one without its final inversion.
test.each([
  [8, 0x07, 0xf4],
  [16, 0x8005, 0xfee8],
  [32, 0x04c11db7, ~0x765e7680 >>> 0],
] as const)('a table of %i bits gives the published check value', (bits, polynomial, expected) => {
  const table = crcTable(bits, polynomial);
  let crc = 0;
  for (const byte of CHECK) crc = (((crc << 8) ^ table[((crc >>> (bits - 8)) & 255) ^ byte]!) & (2 ** bits - 1)) >>> 0;
  expect(crc).toBe(expected);
  expect(bitCrc(CHECK, bits, polynomial)).toBe(expected);
});

// CRC-16/ARC, with the polynomial 0x8005 from its lowest bit on.
test('a reflected table gives the published check value', () => {
  const table = reflectedCrcTable(0xa001);
  let crc = 0;
  for (const byte of CHECK) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
  expect(crc).toBe(0xbb3d);
});
