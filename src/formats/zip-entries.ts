import { crc32, inflateRawSync } from 'node:zlib';
import { InputError } from './input-error.ts';
import { readZipDirectory, type ZipEntry } from './zip-directory.ts';

/**
 * What the deflated entries of a file of some bytes may come to once unpacked: deflate makes a thousandth of what is all alike, and nine tenths of
 * noise or weights.
 */
const mostInflatedBytes = (bytes: number) => 2 ** 22 + 2 * bytes;

/**
 * The entries of a zip whose entries are all stored, not compressed, by name: views, not copies.
 *
 * A checksum of 0 is not looked at: PyTorch >= 2.6 writes it where `torch.serialization.set_crc32_options(False)` was called.
 *
 * @throws InputError when it is no whole zip, an entry is compressed, or its checksum is another
 */
export function storedZipEntries(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const stored = (entry: ZipEntry): Uint8Array => {
    if (entry.method !== 0) {
      throw new InputError(
        `${where}: expected stored entries, as torch.save writes them, but ${shown(entry)} is compressed`,
      );
    }
    const content = requireSize(entry.packed, entry, where);
    return entry.crc32 === 0 ? content : requireChecksum(content, entry, where);
  };
  return new Map(readZipDirectory(bytes, where).map((entry) => [entry.name, stored(entry)]));
}

/**
 * The entries of a zip whose entries are stored (views) or deflated (unpacked, to 4 MiB and twice the file together), by name.
 *
 * @throws InputError when it is no whole zip, or an entry is compressed in another way or beyond that, does not unpack, or has
 * another size or checksum than the directory says
 */
export function unpackedZipEntries(bytes: Uint8Array, where: string): Map<string, Uint8Array> {
  const most = mostInflatedBytes(bytes.length);
  let left = most;
  const unpacked = (entry: ZipEntry): Uint8Array => {
    if (entry.method === 0) return entry.packed;
    if (entry.method !== 8) {
      throw new InputError(
        `${where}: expected stored or deflated entries, but ${shown(entry)} has method ${entry.method}`,
      );
    }
    left -= entry.size;
    if (left < 0) {
      throw new InputError(
        `${where}: expected at most ${most} bytes in the compressed entries of a file of ${bytes.length}, but those up to ${shown(entry)} claim more`,
      );
    }
    return inflated(entry, where);
  };
  return new Map(
    readZipDirectory(bytes, where).map((entry) => {
      const content = requireSize(unpacked(entry), entry, where);
      return [entry.name, requireChecksum(content, entry, where)];
    }),
  );
}

function inflated(entry: ZipEntry, where: string): Uint8Array {
  try {
    return inflateRawSync(entry.packed, { maxOutputLength: Math.max(1, entry.size) });
  } catch (error) {
    const tooLarge = (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    const got = tooLarge ? 'more' : 'something that does not unpack';
    throw new InputError(`${where}: expected ${entry.size} bytes for ${shown(entry)}, got ${got}`);
  }
}

function requireSize(content: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  if (content.length === entry.size) return content;
  throw new InputError(`${where}: expected ${entry.size} bytes for ${shown(entry)}, got ${content.length}`);
}

function requireChecksum(content: Uint8Array, entry: ZipEntry, where: string): Uint8Array {
  const got = crc32(content);
  if (got === entry.crc32) return content;
  throw new InputError(
    `${where}: expected the checksum ${hex(entry.crc32)} for ${shown(entry)}, got ${hex(got)}: the file is damaged`,
  );
}

function shown({ name }: ZipEntry): string {
  return JSON.stringify(name.slice(0, 100));
}

function hex(value: number): string {
  return value.toString(16).padStart(8, '0');
}
