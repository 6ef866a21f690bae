import { InputError } from './input-error.ts';

/** Reads little-endian values one after the other, never past the end. */
interface ByteCursor {
  /** Bytes read so far. */
  position(): number;
  uint8(): number;
  uint16(): number;
  uint32(): number;
  int32(): number;
  /** Big-endian, as pickle has it. */
  float64BigEndian(): number;
  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array;
  /** UTF-8 text of `length` bytes. */
  text(length: number): string;
  /** UTF-8 text up to the next line feed, which is read too. */
  line(): string;
}

/**
 * A cursor at the first of `bytes`.
 *
 * @param where begins each message
 * @throws InputError, from every read, when fewer bytes are left than it needs; nothing is allocated before that is known
 */
export function byteCursor(bytes: Uint8Array, where: string): ByteCursor {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const utf8 = new TextDecoder('utf-8', { ignoreBOM: true });
  let at = 0;
  const advance = (length: number): number => {
    if (length > bytes.length - at) {
      throw new InputError(
        `${where}: expected at least ${length} more bytes after byte ${at}, but it is cut short at byte ${bytes.length}`,
      );
    }
    at += length;
    return at - length;
  };
  const take = (length: number): Uint8Array => {
    const from = advance(length);
    return bytes.subarray(from, from + length);
  };
  const text = (length: number): string => utf8.decode(take(length));
  return {
    position: () => at,
    uint8: () => view.getUint8(advance(1)),
    uint16: () => view.getUint16(advance(2), true),
    uint32: () => view.getUint32(advance(4), true),
    int32: () => view.getInt32(advance(4), true),
    float64BigEndian: () => view.getFloat64(advance(8)),
    take,
    text,
    line: () => {
      const end = bytes.indexOf(0x0a, at);
      const line = text((end < 0 ? bytes.length : end) - at);
      advance(1);
      return line;
    },
  };
}
