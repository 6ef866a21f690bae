/** Writes FLAC (RFC 9639) without compression, whole or with faults: one channel, 16 bits, 22,050 Hz. */

interface Options {
  /** Samples that STREAMINFO claims; those there are by default. */
  total?: number;
  blockSize?: number;
  /** The six bits of a subframe's type: 0 one constant, 1 all samples. */
  subframeType?: number;
}

export function writeFlac(samples: Int16Array, options: Options = {}): Uint8Array {
  const { total = samples.length, blockSize = 64 } = options;
  const bytes = [...Buffer.from('fLaC')];
  bytes.push(0x80, 0, 0, 34);
  // Block sizes, unknown frame sizes, then 20 bits of rate, 3 of channels − 1, 5 of bits − 1, 36 of samples, an unset MD5.
  bytes.push(...big(blockSize, 2), ...big(blockSize, 2), 0, 0, 0, 0, 0, 0);
  bytes.push(...big(22050 * 4096 + 15 * 16 + Math.floor(total / 2 ** 32), 4), ...big(total % 2 ** 32, 4));
  bytes.push(...new Uint8Array(16));
  for (let at = 0; at < samples.length; at += blockSize) {
    bytes.push(...writeFrame(samples.subarray(at, at + blockSize), at / blockSize, options.subframeType ?? 1));
  }
  return Uint8Array.from(bytes);
}

/** A file of `frames` frames that each stand for 65,535 times the same sample. */
export function writeSilence(frames: number): Uint8Array {
  const head = writeFlac(new Int16Array(0), { total: 0, blockSize: 65535 });
  const frame = writeFrame(new Int16Array(65535), 0, 0);
  const bytes = new Uint8Array(head.length + frames * frame.length);
  bytes.set(head);
  for (let i = 0; i < frames; i++) bytes.set(frame, head.length + i * frame.length);
  return bytes;
}

function writeFrame(samples: Int16Array, number: number, subframeType: number): number[] {
  // Sync, fixed block size; 16-bit block size and 22,050 Hz; mono, 16 bits; a number below 128; block size − 1.
  const frame = [0xff, 0xf8, 0x76, 0x08, number & 127, ...big(samples.length - 1, 2)];
  frame.push(crc(frame, 8, 0x07), subframeType << 1);
  for (const sample of subframeType === 1 ? samples : samples.subarray(0, 1)) frame.push(...big(sample & 0xffff, 2));
  return [...frame, ...big(crc(frame, 16, 0x8005), 2)];
}

function big(value: number, bytes: number): number[] {
  return Array.from({ length: bytes }, (_, i) => Math.floor(value / 256 ** (bytes - 1 - i)) % 256);
}

function crc(bytes: number[], bits: number, polynomial: number): number {
  let register = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      const out = ((register >> (bits - 1)) ^ (byte >> bit)) & 1;
      register = ((register << 1) & (2 ** bits - 1)) ^ (out ? polynomial : 0);
    }
  }
  return register;
}
