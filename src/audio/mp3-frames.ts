import { InputError } from '../formats/input-error.ts';
import { crcTable, reflectedCrcTable } from './crc.ts';
import { type Mp3Header, readMp3Header } from './mp3-header.ts';
import { type InfoTag, readInfoTag } from './mp3-info.ts';
import { skipTags } from './mp3-tags.ts';

/** The frames of an MP3 file that hold sound. */
export interface Mp3Frames {
  /** All of them, without what stands before and after. */
  readonly bytes: Uint8Array;
  readonly count: number;
  /** Of the first frame; the others agree in all but their size. */
  readonly header: Mp3Header;
  readonly info: InfoTag | undefined;
}

/** A granule's 576 lines, which are counted in pairs. */
const MOST_BIG_VALUES = 288;

/**
 * Finds the frames of an MP3 file, from its first one to its end, and checks that none is missing, cut short or damaged as far as
 * the format lets one see: headers that follow each other without a gap, sound data where each frame says it lies, checksums
 * where the encoder wrote them (of frames, and LAME's of all of them), and the number of frames that the encoder wrote down.
 * Tags before and after the frames are skipped.
 *
 * @throws InputError if something of that does not hold
 */
export function readMp3Frames(bytes: Uint8Array, where: string): Mp3Frames {
  const { start, end } = skipTags(bytes, where);
  const file = bytes.subarray(0, end);
  const header = readMp3Header(file, start);
  if (header === undefined) {
    throw new InputError(`${where}: expected an MP3 file, but no frame of one starts at byte ${start}`);
  }
  const info = readInfoTag(file, start, header);
  const soundStart = info === undefined ? start : start + header.bytes;
  let count = 0;
  let at = soundStart;
  /** How much sound data the frames before hold: a frame may begin its own among it. */
  let before = 0;
  while (at < file.length && !isZero(file, at)) {
    const next = readMp3Header(file, at);
    if (next?.sampleRate !== header.sampleRate || next.channels !== header.channels) {
      throw new InputError(`${where}: expected an MP3 frame at byte ${at}, but the file is damaged there`);
    }
    if (at + next.bytes > file.length) {
      throw new InputError(`${where}: expected a whole MP3 frame at byte ${at}, but the file is cut short there`);
    }
    before = checkSideInfo(file.subarray(at, at + next.bytes), next, before, { where, at, first: count === 0 });
    at += next.bytes;
    count++;
  }
  const sound = file.subarray(soundStart, at);
  if (count === 0) throw new InputError(`${where}: expected audio, but the MP3 file holds no samples`);
  if (info?.frames !== undefined && info.frames !== count) {
    throw new InputError(
      `${where}: expected ${info.frames} MP3 frames, as the file's ${info.kind} header says, but it has ${count}`,
    );
  }
  const { checksum } = info ?? {};
  // mp3gain changes the level of finished frames in place and notes that it did so in a tag.
  if (
    checksum?.bytes === at - start &&
    checksum.value !== lameChecksum(sound) &&
    !mentions(bytes, start, at, 'mp3gain')
  ) {
    throw new InputError(`${where}: expected MP3 frames that agree with LAME's checksum of them, but they do not`);
  }
  return { bytes: sound, count, header, info };
}

/**
 * Checks a frame's side information (ISO 11172-3, section 2.4.1.7): how far back its sound data begins and how much of it
 * there is. A decoder that misses some is silent for the length of a frame and says nothing.
 *
 * @param before bytes of sound data in the frames before
 * @returns `before` for the next frame
 */
function checkSideInfo(
  frame: Uint8Array,
  { samples, channels, checked, sideBytes }: Mp3Header,
  before: number,
  { where, at, first }: { where: string; at: number; first: boolean },
): number {
  const start = checked ? 6 : 4;
  const side = frame.subarray(start, start + sideBytes);
  const damaged = () => new InputError(`${where}: expected whole MP3 frames, but the one at byte ${at} is damaged`);
  if (checked && frameChecksum(frame, side) !== frame[4]! * 256 + frame[5]!) throw damaged();
  const full = samples === 1152;
  const backBits = full ? 9 : 8;
  const back = bitsAt(side, 0, backBits);
  if (back > before) {
    if (first) {
      throw new InputError(
        `${where}: expected an MP3 from its beginning, but its first frame needs ${back} bytes that came before it`,
      );
    }
    throw damaged();
  }
  const own = frame.length - start - sideBytes;
  let bit = full ? 9 + (channels === 1 ? 5 : 3) + 4 * channels : 8 + channels;
  let used = 0;
  for (let part = 0; part < (full ? 2 : 1) * channels; part++) {
    used += bitsAt(side, bit, 12);
    if (bitsAt(side, bit + 12, 9) > MOST_BIG_VALUES) throw damaged();
    bit += full ? 59 : 63;
  }
  if (used > 8 * (back + own)) throw damaged();
  return before + own;
}

function bitsAt(bytes: Uint8Array, bit: number, count: number): number {
  let value = 0;
  for (let i = bit; i < bit + count; i++) value = value * 2 + ((bytes[i >>> 3]! >>> (7 - (i & 7))) & 1);
  return value;
}

const CRC16 = crcTable(16, 0x8005);

/** Of the header's last two bytes and the side information, from 0xffff on. */
function frameChecksum(frame: Uint8Array, side: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of [frame[2]!, frame[3]!, ...side]) crc = ((crc << 8) & 0xffff) ^ CRC16[(crc >>> 8) ^ byte]!;
  return crc;
}

const LAME_CRC16 = reflectedCrcTable(0xa001);

function lameChecksum(sound: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < sound.length; i++) crc = (crc >>> 8) ^ LAME_CRC16[(crc ^ sound[i]!) & 255]!;
  return crc;
}

function isZero(bytes: Uint8Array, from: number): boolean {
  for (let i = from; i < bytes.length; i++) if (bytes[i] !== 0) return false;
  return true;
}

/** Whether what stands before and after the frames holds these letters, in either case. */
function mentions(bytes: Uint8Array, start: number, end: number, word: string): boolean {
  const text = (part: Uint8Array) => Buffer.from(part.buffer, part.byteOffset, part.length).toString('latin1');
  return [bytes.subarray(0, start), bytes.subarray(end)].some((part) => text(part).toLowerCase().includes(word));
}
