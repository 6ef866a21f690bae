import { crc32 } from 'node:zlib';
import { InputError } from './input-error.ts';

/** An entry to write: its name, and the parts that are laid one after the other. */
export interface EntryToWrite {
  readonly name: string;
  readonly parts: readonly Uint8Array[];
}

/** PyTorch's `kFieldAlignment` (caffe2/serialize/inline_container.h): a reader may map the content into memory and use it there. */
const alignment = 64;
const mostEntries = 0xfffe;
const mostBytes = 0xfffffffe;

/** 1 January 1980, 0:00, the first that a zip can name: the bytes depend on neither the clock nor the time zone. */
const date = 0x21;
/** Names are UTF-8. */
const flags = 0x0800;

/**
 * The bytes of a zip file whose entries are stored, not compressed, each beginning at a multiple of 64. The same entries give
 * the same bytes. Each part is copied once.
 *
 *     ┌ for each entry ───────────────────────────────────────┐ ┌ for each entry ┐ ┌ end ┐
 *     header (30) · name · 'FB' length 'ZZ…' · the entry's bytes   header (46) · name   22
 *
 * Source: PKWARE's APPNOTE.TXT 6.3.10, section 4.3; the padding field is PyTorch's `getPadding`.
 *
 * @throws InputError for more than 65,534 entries or 4 GB, which need another form of the format
 */
export function writeStoredZip(entries: readonly EntryToWrite[]): Uint8Array {
  if (entries.length > mostEntries) {
    throw new InputError(`a zip file: expected at most ${mostEntries} entries, got ${entries.length}`);
  }
  let at = 0;
  const placed = entries.map(({ name, parts }) => {
    const begin = at;
    const encoded = new TextEncoder().encode(name);
    const afterName = begin + 30 + encoded.length + 4;
    const start = Math.ceil(afterName / alignment) * alignment;
    const size = parts.reduce((sum, part) => sum + part.length, 0);
    at = start + size;
    return { begin, name: encoded, padding: start - afterName, start, size, parts };
  });
  const directory = at;
  const total = placed.reduce((sum, { name }) => sum + 46 + name.length, directory) + 22;
  if (total > mostBytes) throw new InputError(`a zip file: expected at most ${mostBytes} bytes, got ${total}`);

  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  const uint16s = (offset: number, ...values: number[]): void => {
    for (const [i, value] of values.entries()) view.setUint16(offset + 2 * i, value, true);
  };
  const uint32s = (offset: number, ...values: number[]): void => {
    for (const [i, value] of values.entries()) view.setUint32(offset + 4 * i, value, true);
  };

  for (const { begin, name, padding, start, size, parts } of placed) {
    let end = start;
    let checksum = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
      checksum = crc32(part, checksum);
    }
    uint32s(begin, 0x04034b50);
    uint16s(begin + 4, 0, flags, 0, 0, date);
    uint32s(begin + 14, checksum, size, size);
    uint16s(begin + 26, name.length, padding + 4);
    bytes.set(name, begin + 30);
    bytes.set([0x46, 0x42], begin + 30 + name.length);
    uint16s(begin + 32 + name.length, padding);
    bytes.fill(0x5a, start - padding, start);

    uint32s(at, 0x02014b50);
    uint16s(at + 4, 0, 0, flags, 0, 0, date);
    uint32s(at + 16, checksum, size, size);
    uint16s(at + 28, name.length);
    uint32s(at + 42, begin);
    bytes.set(name, at + 46);
    at += 46 + name.length;
  }
  uint32s(at, 0x06054b50);
  uint16s(at + 8, entries.length, entries.length);
  uint32s(at + 12, at - directory, directory);
  return bytes;
}
