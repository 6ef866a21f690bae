import { inflateSync } from 'node:zlib';
import type { Image } from '../../src/formats/png.ts';
import { bitCrc } from '../audio/bit-crc.ts';

/** Reads a PNG of 8 bits a colour, RGB, not interlaced (ISO/IEC 15948); throws where it is another, or a checksum does not fit. */
export function readPng(bytes: Uint8Array): Image {
  const file = Buffer.from(bytes);
  if (file.toString('latin1', 0, 8) !== '\x89PNG\r\n\x1a\n') throw new Error('signature');
  const chunks: { type: string; data: Buffer }[] = [];
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const end = at + 8 + length;
    if (file.readUInt32BE(end) !== crc32(file.subarray(at + 4, end))) throw new Error(`checksum at ${end}`);
    chunks.push({ type: file.toString('latin1', at + 4, at + 8), data: file.subarray(at + 8, end) });
    at = end + 4;
  }
  if (chunks.map(({ type }) => type).join() !== 'IHDR,IDAT,IEND') throw new Error('chunks');
  const header = chunks[0]!.data;
  // Bits, colour type, and the only method there is of compression, filtering and no interlacing.
  if (header.toString('hex', 8) !== '0802000000') throw new Error('kind');
  const width = header.readUInt32BE(0);
  const height = header.readUInt32BE(4);
  const rows = inflateSync(chunks[1]!.data);
  if (rows.length !== height * (3 * width + 1)) throw new Error('size');
  return { width, height, rgb: unfiltered(rows, 3 * width) };
}

/** Filters 0 and 2, none and the difference to the row above, are those that can come. */
function unfiltered(rows: Uint8Array, rowBytes: number): Uint8Array {
  const rgb = new Uint8Array((rows.length / (rowBytes + 1)) * rowBytes);
  for (let at = 0, to = 0; at < rows.length; at += rowBytes + 1) {
    const filter = rows[at]!;
    if (filter !== 0 && filter !== 2) throw new Error(`filter ${filter}`);
    for (let i = 0; i < rowBytes; i++, to++)
      rgb[to] = rows[at + 1 + i]! + (filter === 2 ? (rgb[to - rowBytes] ?? 0) : 0);
  }
  return rgb;
}

/** CRC-32 is that of highest bit first on bytes turned round, and turned round itself. */
function crc32(bytes: Uint8Array): number {
  const crc = bitCrc(
    [...bytes].map((byte) => reversed(byte, 8)),
    32,
    0x04c11db7,
    0xffffffff,
  );
  return ~reversed(crc, 32) >>> 0;
}

function reversed(value: number, bits: number): number {
  let turned = 0;
  for (let i = 0; i < bits; i++) turned |= ((value >>> i) & 1) << (bits - 1 - i);
  return turned >>> 0;
}
