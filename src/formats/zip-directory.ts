import { InputError } from './input-error.ts';

/** An entry of a zip file, as the file's directory describes it. */
export interface ZipEntry {
  readonly name: string;
  /** 0: stored as it is; 8: deflated. */
  readonly method: number;
  readonly crc32: number;
  /** Bytes that it claims to have once unpacked. */
  readonly size: number;
  /** Its bytes as the file has them: a view. */
  readonly packed: Uint8Array;
}

/** Lengths of the fixed part of each record, and how it begins. */
const localRecord = { length: 30, magic: 0x04034b50 };
const directoryRecord = { length: 46, magic: 0x02014b50 };
const endRecord = { length: 22, magic: 0x06054b50 };
const endRecord64 = { length: 56, magic: 0x06064b50 };
const locator64 = { length: 20, magic: 0x07064b50 };
const longestComment = 0xffff;

/**
 * The entries of a zip file that is whole in memory, in the order of its directory. Together they take no more bytes than the
 * file has, so nothing that is made of them is larger than what was read. Sizes of 4 GB and more in an entry are not read.
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10, section 4.3.
 *
 * @param where begins each message: the file's path
 * @throws InputError when there is no whole directory, or an entry reaches past the end, has another's name or a password
 */
export function readZipDirectory(bytes: Uint8Array, where: string): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const fail: (what: string) => never = (what) => {
    throw new InputError(`${where}: ${what}`);
  };
  const isRecord = ({ length, magic }: typeof endRecord, at: number): boolean =>
    at >= 0 && at + length <= bytes.length && view.getUint32(at, true) === magic;

  const { count, begin, end } = findDirectory(view, isRecord, fail);
  const most = Math.max(0, Math.floor((end - begin) / directoryRecord.length));
  if (count > most) fail(`expected at most ${most} entries in the directory at byte ${begin}, got ${count}`);

  const entries = new Map<string, ZipEntry>();
  let total = 0;
  let at = begin;
  for (let i = 0; i < count; i++) {
    if (!isRecord(directoryRecord, at)) fail(`expected an entry of the directory at byte ${at}, got something else`);
    const uint16 = (offset: number): number => view.getUint16(at + offset, true);
    const uint32 = (offset: number): number => view.getUint32(at + offset, true);
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + uint16(28)));
    const shown = JSON.stringify(name.slice(0, 100));
    total += uint32(20);
    if (total > bytes.length) {
      fail(`the entries up to ${shown} claim more bytes than the file's ${bytes.length}`);
    }
    if (entries.has(name)) fail(`expected entries with names of their own, but its directory repeats ${shown}`);
    if (uint16(8) & 1) fail(`expected entries without a password, but ${shown} has one`);
    const local = uint32(42);
    if (!isRecord(localRecord, local)) fail(`expected ${shown} at byte ${local}, got something else`);
    const start = local + localRecord.length + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
    const packed = bytes.subarray(start, start + uint32(20));
    if (packed.length !== uint32(20)) {
      fail(`expected ${uint32(20)} bytes for ${shown}, but only ${packed.length} are there`);
    }
    entries.set(name, { name, method: uint16(10), crc32: uint32(16), size: uint32(24), packed });
    at += directoryRecord.length + uint16(28) + uint16(30) + uint16(32);
  }
  return [...entries.values()];
}

/** How many entries the directory has, where it begins, and a byte that is past its end. */
function findDirectory(
  view: DataView,
  isRecord: (record: typeof endRecord, at: number) => boolean,
  fail: (what: string) => never,
): { count: number; begin: number; end: number } {
  let end = view.byteLength - endRecord.length;
  const first = Math.max(0, end - longestComment);
  while (end >= first && !isRecord(endRecord, end)) end--;
  if (end < first)
    fail(`expected a whole zip file, but it has no directory and seems cut short at byte ${view.byteLength}`);
  // PyTorch always writes the record for large files too, and it counts where it is there.
  const locator = end - locator64.length;
  if (!isRecord(locator64, locator)) {
    return { count: view.getUint16(end + 10, true), begin: view.getUint32(end + 16, true), end };
  }
  const large = Number(view.getBigUint64(locator + 8, true));
  if (!isRecord(endRecord64, large))
    fail(`expected the end of the zip64 directory at byte ${large}, got something else`);
  return {
    count: Number(view.getBigUint64(large + 32, true)),
    begin: Number(view.getBigUint64(large + 48, true)),
    end: large,
  };
}
