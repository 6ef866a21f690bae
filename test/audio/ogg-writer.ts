/** Writes pages of Ogg (RFC 3533), whole or with faults, and mends the checksums of damaged ones. */
import { bitCrc } from './bit-crc.ts';

interface Page {
  /** 1 continued packet, 2 first page, 4 last page. */
  flags?: number;
  granule?: bigint;
  serial?: number;
  sequence?: number;
  /** Lengths of the body's pieces; as one packet has them by default. */
  lacing?: number[];
}

export function writePage(body: Uint8Array, page: Page = {}): Uint8Array {
  const { flags = 0, granule = 0n, serial = 1, sequence = 0 } = page;
  const whole = Math.floor(body.length / 255);
  const lacing = page.lacing ?? [...new Uint8Array(whole).fill(255), body.length % 255];
  const bytes = new Uint8Array(27 + lacing.length + body.length);
  const view = new DataView(bytes.buffer);
  bytes.set(Buffer.from('OggS'));
  bytes[5] = flags;
  view.setBigInt64(6, granule, true);
  view.setUint32(14, serial, true);
  view.setUint32(18, sequence, true);
  bytes[26] = lacing.length;
  bytes.set(lacing, 27);
  bytes.set(body, 27 + lacing.length);
  view.setUint32(22, bitCrc(bytes, 32, 0x04c11db7), true);
  return bytes;
}

/** The pages of a file, as views into it, up to the first that is not one. */
export function pagesOf(file: Uint8Array): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let at = 0; Buffer.from(file.subarray(at, at + 4)).toString('latin1') === 'OggS'; ) {
    const bodyStart = at + 27 + (file[at + 26] ?? 0);
    const end = file.subarray(at + 27, bodyStart).reduce((sum, length) => sum + length, bodyStart);
    if (end > file.length) break;
    pages.push(file.subarray(at, end));
    at = end;
  }
  return pages;
}

/** The same file with every page's checksum right, so that damage gets past it. */
export function withChecksums(file: Uint8Array): Uint8Array {
  const mended = file.slice();
  for (const page of pagesOf(mended)) {
    page.fill(0, 22, 26);
    new DataView(page.buffer, page.byteOffset).setUint32(22, bitCrc(page, 32, 0x04c11db7), true);
  }
  return mended;
}
