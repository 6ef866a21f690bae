import { InputError } from '../formats/input-error.ts';
import { crcTable } from './crc.ts';

/** One packet of an Ogg stream. */
export interface OggPacket {
  readonly bytes: Uint8Array;
  /** The granule position of the page on which this packet is the last to end; undefined for the others. */
  readonly granule: bigint | undefined;
}

/** Each table of packet lengths has up to 255 entries, after a header of this size. */
const HEADER_BYTES = 27;

const CONTINUED = 1;
const FIRST = 2;
const LAST = 4;

/** What the first packet of a stream starts with. */
const CODECS: readonly (readonly [magic: string, name: string])[] = [
  ['\x01vorbis', 'Vorbis'],
  ['OpusHead', 'Opus'],
  ['\x7fFLAC', 'FLAC'],
  ['Speex   ', 'Speex'],
  ['\x80theora', 'Theora video'],
  ['fishead\0', 'a Skeleton'],
];

/** A stream while its pages are read. */
interface OpenStream {
  readonly serial: number;
  sequence: number;
  readonly packets: OggPacket[];
  /** The pieces of a packet that goes on on the next page. */
  unfinished: Uint8Array[];
}

interface Page {
  readonly flags: number;
  readonly granule: bigint;
  readonly serial: number;
  readonly sequence: number;
  /** Lengths of the pieces; one below 255 ends a packet. */
  readonly lacing: Uint8Array;
  readonly body: Uint8Array;
  /** Where the next page starts. */
  readonly end: number;
}

/**
 * Cuts an Ogg file (RFC 3533) into its streams' packets; a chained file has several streams, one after the other.
 *
 * Every page's checksum, its number and its place in its stream are checked, so that nothing damaged, lost or cut off gets
 * past here. The packets are views into `bytes` where they lie on one page.
 *
 * @param codec the one that every stream must have, such as `Vorbis`
 * @throws InputError if the file is damaged or cut short, has another codec or streams side by side
 */
export function readOggStreams(bytes: Uint8Array, codec: string, where: string): OggPacket[][] {
  const streams: OggPacket[][] = [];
  let open: OpenStream | undefined;
  for (let at = 0; at < bytes.length; ) {
    const page = readPage(bytes, at, where);
    if (page.flags & FIRST) {
      const came = codecOf(page.body);
      if (open !== undefined) {
        throw new InputError(`${where}: expected ${codec} alone, got ${came} beside it in the same Ogg file`);
      }
      if (came !== codec) throw new InputError(`${where}: expected ${codec} in an Ogg file, got ${came}`);
      open = { serial: page.serial, sequence: page.sequence, packets: [], unfinished: [] };
    } else if (open?.serial !== page.serial || page.sequence !== open.sequence + 1) {
      throw new InputError(
        `${where}: expected all pages of an Ogg stream in order, but some before byte ${at} are lost`,
      );
    }
    open.sequence = page.sequence;
    addPackets(open, page, at, where);
    if (page.flags & LAST) {
      if (open.unfinished.length > 0) {
        throw new InputError(`${where}: expected whole packets, but the last one of an Ogg stream is cut short`);
      }
      streams.push(open.packets);
      open = undefined;
    }
    at = page.end;
  }
  if (open !== undefined || streams.length === 0) {
    throw new InputError(`${where}: expected an Ogg stream up to its last page, but the file is cut short`);
  }
  return streams;
}

function addPackets(stream: OpenStream, page: Page, at: number, where: string): void {
  if (((page.flags & CONTINUED) !== 0) !== stream.unfinished.length > 0) {
    throw new InputError(`${where}: expected whole packets, but the one that crosses byte ${at} lacks a part`);
  }
  const lastEnd = page.lacing.findLastIndex((length) => length < 255);
  let start = 0;
  let end = 0;
  page.lacing.forEach((length, i) => {
    end += length;
    if (length === 255 && i < page.lacing.length - 1) return;
    stream.unfinished.push(page.body.subarray(start, end));
    start = end;
    if (length === 255) return;
    stream.packets.push({ bytes: joined(stream.unfinished), granule: i === lastEnd ? page.granule : undefined });
    stream.unfinished = [];
  });
}

function readPage(bytes: Uint8Array, at: number, where: string): Page {
  const cut = () =>
    new InputError(`${where}: expected a whole Ogg page at byte ${at}, but the file is cut short there`);
  if (at + HEADER_BYTES > bytes.length) throw cut();
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, bytes.length - at);
  if (view.getUint32(0) !== 0x4f676753 || view.getUint8(4) !== 0) {
    throw new InputError(`${where}: expected an Ogg page at byte ${at}, but the file is damaged there`);
  }
  const bodyStart = at + HEADER_BYTES + view.getUint8(26);
  if (bodyStart > bytes.length) throw cut();
  const lacing = bytes.subarray(at + HEADER_BYTES, bodyStart);
  const end = lacing.reduce((sum, length) => sum + length, bodyStart);
  if (end > bytes.length) throw cut();
  if (pageChecksum(bytes.subarray(at, end)) !== view.getUint32(22, true)) {
    throw new InputError(
      `${where}: expected Ogg pages that agree with their checksums, but the one at byte ${at} does not`,
    );
  }
  return {
    flags: view.getUint8(5),
    granule: view.getBigInt64(6, true),
    serial: view.getUint32(14, true),
    sequence: view.getUint32(18, true),
    lacing,
    body: bytes.subarray(bodyStart, end),
    end,
  };
}

const CRC32 = crcTable(32, 0x04c11db7);

/** The CRC-32 of a page, in which its own four bytes count as zeros. */
function pageChecksum(page: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < page.length; i++) {
    const byte = i >= 22 && i < 26 ? 0 : page[i]!;
    crc = (crc << 8) ^ CRC32[(crc >>> 24) ^ byte]!;
  }
  return crc >>> 0;
}

function codecOf(packet: Uint8Array): string {
  const start = String.fromCharCode(...packet.subarray(0, 8));
  return CODECS.find(([magic]) => start.startsWith(magic))?.[1] ?? 'an unknown codec';
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
