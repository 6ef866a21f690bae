/** A checksum as its definition has it, bit by bit, highest bit first. */
export function bitCrc(bytes: Iterable<number>, bits: 8 | 16 | 32, polynomial: number, start = 0): number {
  // The register sits in the upper bits of 32, so that its highest bit is the sign.
  const shifted = polynomial << (32 - bits);
  let register = start << (32 - bits);
  for (const byte of bytes) {
    register ^= byte << 24;
    for (let bit = 0; bit < 8; bit++) register = register < 0 ? (register << 1) ^ shifted : register << 1;
  }
  return register >>> (32 - bits);
}
