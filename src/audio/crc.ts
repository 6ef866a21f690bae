/**
 * The remainders of every byte for a checksum of 8, 16 or 32 bits that takes the highest bit first, as FLAC, Ogg and MPEG
 * audio do. The next checksum is then `(crc << 8) ^ table[(crc >>> (bits - 8)) ^ byte]`, cut to its bits.
 *
 * @param polynomial without its highest term
 */
export function crcTable(bits: 8 | 16 | 32, polynomial: number): Uint32Array {
  const top = 2 ** (bits - 1);
  const mask = 2 * top - 1;
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte << (bits - 8);
    for (let i = 0; i < 8; i++) crc = ((crc << 1) ^ (crc & top ? polynomial : 0)) & mask;
    return crc >>> 0;
  });
}

/** The same for a checksum that takes the lowest bit first: the next one is `(crc >>> 8) ^ table[(crc ^ byte) & 255]`. */
export function reflectedCrcTable(reversedPolynomial: number): Uint32Array {
  return Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let i = 0; i < 8; i++) crc = (crc >>> 1) ^ (crc & 1 ? reversedPolynomial : 0);
    return crc >>> 0;
  });
}
