import { InputError } from '../formats/input-error.ts';
import { type Audio, MOST_SAMPLES } from './audio.ts';
import { crcTable } from './crc.ts';
import { release, silently } from './silently.ts';

interface StreamInfo {
  sampleRate: number;
  channels: number;
  bits: number;
  /** 0 where the encoder did not know. */
  totalSamples: number;
  /** Where the first frame starts. */
  framesStart: number;
}

/**
 * The most samples that a file of some bytes may stand for. Speech of 16 bits takes about one byte a sample; this is refused below 3.2 bits,
 * once it is more than 2^23: what a file stands for takes no more than 32 MiB and ten times its size.
 */
const mostSamples = (bytes: number) => Math.min(MOST_SAMPLES, 2 ** 23 + Math.floor(2.5 * bytes));

interface Frame {
  bytes: Uint8Array;
  blockSize: number;
}

/**
 * Reads a native FLAC file; its samples equal, bit for bit, those of a WAV file of the same integers.
 *
 * The stream is cut into frames here, by their checksums and in one pass, and only whole frames reach the decoder: so a
 * damaged file is noticed, and what it claims about itself allocates nothing.
 *
 * @param where names the file in messages
 * @throws InputError if it is no such file, damaged, cut short, empty, longer than 2^27 samples, or almost all silence and long
 */
export async function readFlac(bytes: Uint8Array, where: string): Promise<Audio> {
  const info = readStreamInfo(bytes, where);
  const frames = splitFrames(bytes, info, where);
  const sampleCount = frames.reduce((sum, frame) => sum + frame.blockSize, 0);
  if (info.totalSamples !== 0 && sampleCount !== info.totalSamples) {
    throw new InputError(
      `${where}: expected ${info.totalSamples} samples, as the FLAC header says, but the file has ${sampleCount}`,
    );
  }
  if (sampleCount === 0) throw new InputError(`${where}: expected audio, but the FLAC file holds no samples`);
  const most = mostSamples(bytes.length);
  if (sampleCount > most) {
    throw new InputError(
      `${where}: expected at most ${most} samples in a FLAC file of ${bytes.length} bytes, got ${sampleCount}: convert it to WAV`,
    );
  }
  const samples = new Float32Array(sampleCount);
  const { FLACDecoder } = await import('@wasm-audio-decoders/flac');
  const decoder = new FLACDecoder();
  await decoder.ready;
  try {
    let at = 0;
    for (const frame of frames) {
      const decoded = await silently(() => decoder.decodeFrames([frame.bytes])).catch(() => undefined);
      if (
        decoded?.errors.length !== 0 ||
        decoded.samplesDecoded !== frame.blockSize ||
        decoded.channelData.length !== info.channels
      ) {
        throw new InputError(`${where}: expected FLAC audio, but the frame at sample ${at} cannot be decoded`);
      }
      writeMean(decoded.channelData, info.bits, samples.subarray(at));
      at += frame.blockSize;
    }
  } finally {
    release(decoder);
  }
  return { samples, sampleRate: info.sampleRate, channels: info.channels };
}

/** The decoder divides b bits by 2^(b-1) - 1; the integers are found again and divided by 2^(b-1), as in a WAV file. */
function writeMean(channelData: Float32Array[], bits: number, samples: Float32Array): void {
  const full = 2 ** (bits - 1);
  const length = channelData[0]!.length;
  for (let i = 0; i < length; i++) {
    let sum = 0;
    for (const channel of channelData) sum += Math.round(channel[i]! * (full - 1)) / full;
    samples[i] = sum / channelData.length;
  }
}

function readStreamInfo(bytes: Uint8Array, where: string): StreamInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // A metadata block starts with one bit "last", 7 bits of type and 24 of length; the first is STREAMINFO, type 0.
  if (bytes.length < 42 || view.getUint32(0) !== 0x664c6143 || (view.getUint32(4) & 0x7fffffff) !== 34) {
    throw new InputError(`${where}: expected a FLAC file with its STREAMINFO block, but it does not start like one`);
  }
  const packed = view.getUint32(18);
  const info = {
    sampleRate: packed >>> 12,
    channels: ((packed >>> 9) & 7) + 1,
    bits: ((packed >>> 4) & 31) + 1,
    totalSamples: (packed & 15) * 2 ** 32 + view.getUint32(22),
  };
  if (info.sampleRate === 0 || info.bits < 4 || info.bits > 24) {
    throw new InputError(
      `${where}: expected FLAC of 4 to 24 bits and a sample rate, got ${info.bits} bits at ${info.sampleRate} Hz`,
    );
  }
  let framesStart = 4;
  for (let last = false; !last; ) {
    if (framesStart + 4 > bytes.length) {
      throw new InputError(`${where}: expected FLAC audio, but the file ends within its metadata`);
    }
    const block = view.getUint32(framesStart);
    last = block >>> 31 === 1;
    framesStart += 4 + (block & 0xffffff);
  }
  return { ...info, framesStart };
}

/** A frame ends where its CRC-16 comes out as 0 and the file ends too or another frame's header follows. */
function splitFrames(bytes: Uint8Array, info: StreamInfo, where: string): Frame[] {
  const frames: Frame[] = [];
  let start = info.framesStart;
  while (start < bytes.length) {
    const blockSize = readBlockSize(bytes, start);
    let end = start;
    let crc = 0;
    if (blockSize > 0) {
      do {
        crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >>> 8) ^ bytes[end++]!]!;
      } while (end < bytes.length && !(crc === 0 && readBlockSize(bytes, end) > 0));
    }
    if (blockSize === 0 || crc !== 0) {
      throw new InputError(
        `${where}: expected whole FLAC frames, but the one at byte ${start} is damaged or cut short`,
      );
    }
    frames.push({ bytes: bytes.subarray(start, end), blockSize });
    start = end;
  }
  return frames;
}

/** The number of samples a frame announces, or 0 if no valid frame header starts at `start`. */
function readBlockSize(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== 0xff || (bytes[start + 1]! & 0xfe) !== 0xf8) return 0;
  const sizeCode = bytes[start + 2]! >>> 4;
  const rateCode = bytes[start + 2]! & 15;
  if (sizeCode === 0 || rateCode === 15) return 0;
  // The frame's number is coded like UTF-8: as many leading ones as bytes, none for a single byte.
  const ones = Math.clz32(~(bytes[start + 4]! << 24));
  let at = start + 4 + Math.max(1, ones);
  let blockSize = sizeCode === 1 ? 192 : sizeCode < 6 ? 576 << (sizeCode - 2) : 256 << (sizeCode - 8);
  if (sizeCode === 6) blockSize = bytes[at++]! + 1;
  if (sizeCode === 7) blockSize = bytes[at++]! * 256 + bytes[at++]! + 1;
  if (rateCode >= 12) at += rateCode === 12 ? 1 : 2;
  if (at >= bytes.length) return 0;
  let crc = 0;
  for (let i = start; i < at; i++) crc = CRC8[crc ^ bytes[i]!]!;
  return crc === bytes[at] ? blockSize : 0;
}

const CRC8 = crcTable(8, 0x07);
const CRC16 = crcTable(16, 0x8005);
