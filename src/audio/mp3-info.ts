import type { Mp3Header } from './mp3-header.ts';

/** What an encoder wrote down about the whole file, in a first frame that holds no sound. */
export interface InfoTag {
  readonly kind: 'Xing' | 'Info' | 'VBRI';
  /** Frames of sound; undefined where the tag does not say, or says 0 as an encoder that could not go back leaves it. */
  readonly frames: number | undefined;
  /** Samples that the encoder put before the first one it was given, and after the last one. */
  readonly delay: { readonly before: number; readonly after: number } | undefined;
  /** LAME's CRC-16 of all frames of sound, in a file whose frames, this one included, had so many bytes. */
  readonly checksum: { readonly value: number; readonly bytes: number } | undefined;
}

/**
 * Reads the tag that Xing's encoder introduced, with what LAME, and FFmpeg after it, append ("Mp3 info tag revision 1"), or
 * Fraunhofer's VBRI; undefined where the frame at `start` is one of sound.
 */
export function readInfoTag(bytes: Uint8Array, start: number, header: Mp3Header): InfoTag | undefined {
  const frame = bytes.subarray(start, start + header.bytes);
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  const tagAt = (at: number) => String.fromCharCode(...frame.subarray(at, at + 4));
  // VBRI has a fixed place; a checksum moves the side information in some encoders and not in others.
  if (tagAt(36) === 'VBRI' && frame.length >= 54) {
    return { kind: 'VBRI', frames: view.getUint32(50), delay: undefined, checksum: undefined };
  }
  const places = header.checked ? [4 + header.sideBytes, 6 + header.sideBytes] : [4 + header.sideBytes];
  for (const place of places) {
    const kind = tagAt(place);
    if ((kind !== 'Xing' && kind !== 'Info') || place + 8 > frame.length) continue;
    const flags = view.getUint32(place + 4);
    // Number of frames, number of bytes, a table of contents, a quality: each there or not.
    const sizes = [4, 4, 100, 4].map((size, i) => ((flags >>> i) & 1) * size);
    const lame = place + 8 + sizes.reduce((sum, size) => sum + size, 0);
    if (lame > frame.length) continue;
    const frames = sizes[0] === 0 ? undefined : view.getUint32(place + 8) || undefined;
    if (lame + 36 > frame.length || frame[lame] === 0) return { kind, frames, delay: undefined, checksum: undefined };
    const packed = view.getUint32(lame + 20) & 0xffffff;
    const value = view.getUint16(lame + 32);
    return {
      kind,
      frames,
      delay: { before: packed >>> 12, after: packed & 0xfff },
      checksum: value === 0 ? undefined : { value, bytes: view.getUint32(lame + 28) },
    };
  }
  return undefined;
}
