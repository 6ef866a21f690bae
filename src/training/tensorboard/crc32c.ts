import { reflectedCrcTable } from '../../audio/crc.ts';

/** Castagnoli's polynomial 0x1EDC6F41, lowest bit first. */
const TABLE = reflectedCrcTable(0x82f63b78);

/** CRC-32C (RFC 3720, section 12.1) as a number from 0 to 2^32 - 1. */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ TABLE[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}

/** The checksum as records have it, safe for data that holds its own; mirrors `Mask` in TensorFlow's core/lib/hash/crc32c.h. */
export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
