/** Writes MP3 frames of silence (ISO 11172-3, 13818-3), whole or with faults. */
import { bitCrc } from './bit-crc.ts';

interface Frame {
  /** 1, or 2 for half the rates. */
  version?: 1 | 2;
  channels?: 1 | 2;
  /** Index of the bit rate in the header; 8 is 64 kbit/s for version 2. */
  bitRate?: number;
  /** Index of the sample rate: 0 is 44,100 Hz, or 22,050 Hz for version 2. */
  sampleRate?: number;
  /** Adds the checksum; a number is added to it. */
  checksum?: number;
  /** Bytes of sound data that lie in earlier frames. */
  back?: number;
  /** Bits of sound data of the first part. */
  dataBits?: number;
  bigValues?: number;
}

export function writeMp3Frame(frame: Frame = {}): Uint8Array {
  const {
    version = 2,
    channels = 1,
    bitRate = 8,
    sampleRate = 0,
    checksum,
    back = 0,
    dataBits = 0,
    bigValues = 0,
  } = frame;
  const kilobits = (version === 1 ? [0, 32, 40, 48, 56, 64] : [0, 8, 16, 24, 32, 40, 48, 56, 64])[bitRate]!;
  const hertz = [44100, 48000, 32000][sampleRate]! / version;
  const bytes = new Uint8Array(Math.floor(((version === 1 ? 144 : 72) * kilobits * 1000) / hertz));
  bytes.set([0xff, version === 1 ? 0xfb : 0xf3, bitRate * 16 + sampleRate * 4, channels === 1 ? 0xc0 : 0]);
  const side = bytes.subarray(checksum === undefined ? 4 : 6);
  const full = version === 1;
  put(side, 0, full ? 9 : 8, back);
  const part = full ? (channels === 1 ? 18 : 20) : 8 + channels;
  put(side, part, 12, dataBits);
  put(side, part + 12, 9, bigValues);
  if (checksum !== undefined) {
    bytes[1]! -= 1;
    const sideBytes = full ? (channels === 1 ? 17 : 32) : channels === 1 ? 9 : 17;
    const crc = bitCrc([bytes[2]!, bytes[3]!, ...side.subarray(0, sideBytes)], 16, 0x8005, 0xffff) + checksum;
    bytes.set([(crc >> 8) & 255, crc & 255], 4);
  }
  return bytes;
}

function put(bytes: Uint8Array, bit: number, count: number, value: number): void {
  for (let i = 0; i < count; i++) {
    const at = bit + i;
    if ((value >> (count - 1 - i)) & 1) bytes[at >> 3]! |= 128 >> (at & 7);
  }
}
