import { InputError } from '../formats/input-error.ts';

/**
 * Where the frames of an MP3 file may start and must end: behind ID3v2 tags and zeros, before APEv2 and ID3v1 tags.
 *
 * @throws InputError if a tag at the start is longer than the file
 */
export function skipTags(bytes: Uint8Array, where: string): { start: number; end: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const textAt = (at: number, length: number) => String.fromCharCode(...bytes.subarray(at, at + length));
  let start = 0;
  while (textAt(start, 3) === 'ID3' && start + 10 <= bytes.length) {
    // Four times seven bits, without the header and, where a flag says so, a footer of ten bytes each.
    const size = [6, 7, 8, 9].reduce((sum, i) => sum * 128 + (bytes[start + i]! & 127), 0);
    start += 10 + size + (bytes[start + 5]! & 0x10 ? 10 : 0);
    if (start > bytes.length) {
      throw new InputError(
        `${where}: expected ${size} bytes of ID3 tag, as its header says, but the file has ${bytes.length}`,
      );
    }
  }
  if (start > 0) while (bytes[start] === 0) start++;
  let end = bytes.length;
  if (end - start >= 128 && textAt(end - 128, 3) === 'TAG') end -= 128;
  if (end - start >= 32 && textAt(end - 32, 8) === 'APETAGEX') {
    // The footer's size counts itself and the items; a flag tells of a header of the same size.
    const size = view.getUint32(end - 20, true) + (view.getUint32(end - 12, true) >>> 31 ? 32 : 0);
    if (size >= 32 && size <= end - start) end -= size;
  }
  return { start, end };
}
