import { InputError } from '../formats/input-error.ts';
import type { Audio } from './audio.ts';

const PCM = 1;
const FLOAT = 3;
const EXTENSIBLE = 0xfffe;
/** What follows the encoding in the GUID of every subformat that stands for one (KSDATAFORMAT_SUBTYPE_WAVEFORMATEX). */
const SUBFORMAT_TAIL = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xaa, 0, 0x38, 0x9b, 0x71];
/** What a writer to a pipe leaves where it could not go back and fill in a size; 0 is the other way. */
const UNKNOWN_SIZE = 0xffffffff;

interface WavFormat {
  encoding: number;
  channels: number;
  sampleRate: number;
  /** Bytes of one sample of every channel. */
  frameBytes: number;
}

/**
 * Reads a RIFF WAV: PCM of 1 to 32 bits, float of 32 or 64 bits, plain or extensible, any number of channels.
 *
 * Integers of b bits are divided by 2^(b-1), so 16-bit samples lie in [-1, 1 - 1/32768]. Where their bytes hold more bits, such
 * as 12 bits in 2 bytes, they fill the upper ones, as the format says; there may be more bytes than they need, up to 4, if the bytes
 * per second agree. ffmpeg (5.1) goes by the bits alone there: 16 bits in 4 bytes are two samples to it, and 24 bits in 4 bytes
 * Cool Edit's floats of up to 2^23. The latter are refused, unless an extensible header says that they are integers.
 *
 * Chunks other than `fmt ` and `data` are skipped. A data size of 0 or 0xFFFFFFFF, which writers to a pipe leave behind, means up
 * to the end.
 *
 * @param where names the file in messages
 * @throws InputError if it is no such file, its sizes do not fit it, or it holds no sample or one that is not finite
 */
export function readWav(bytes: Uint8Array, where: string): Audio {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(view, 0) !== 'RIFF' || tag(view, 8) !== 'WAVE') {
    throw new InputError(`${where}: expected a RIFF WAVE file, but it does not start like one`);
  }
  const riffSize = view.getUint32(4, true);
  const riffEnd = riffSize === 0 || riffSize === UNKNOWN_SIZE ? bytes.length : riffSize + 8;
  if (riffEnd > bytes.length) {
    throw new InputError(
      `${where}: expected ${riffEnd} bytes, as the RIFF header says, but the file has ${bytes.length}`,
    );
  }
  let format: WavFormat | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const id = tag(view, at);
    const size = view.getUint32(at + 4, true);
    const start = at + 8;
    const streamed = id === 'data' && (size === UNKNOWN_SIZE || (size === 0 && riffSize + 8 !== bytes.length));
    if (!streamed && start + size > riffEnd) {
      throw new InputError(
        `${where}: expected ${size} bytes in chunk ${JSON.stringify(id)}, as its header says, but the file ends after ${riffEnd - start}`,
      );
    }
    if (id === 'fmt ') format = readFormat(new DataView(view.buffer, view.byteOffset + start, size), where);
    if (id === 'data') {
      if (!format) throw new InputError(`${where}: expected a "fmt " chunk before the samples, but there is none`);
      const dataBytes = streamed ? bytes.length - start : size;
      if (!streamed && dataBytes % format.frameBytes !== 0) {
        throw new InputError(
          `${where}: expected whole samples of ${format.frameBytes} bytes, but the data chunk has ${dataBytes} bytes`,
        );
      }
      return readSamples(view, start, dataBytes, format, where);
    }
    // A chunk of odd size is followed by one byte of padding.
    at = start + size + (size & 1);
  }
  throw new InputError(`${where}: expected a "data" chunk, but the WAV file has none`);
}

/**
 * Writes mono samples as a WAV file: `pcm16` rounds to steps of 1/32768 and clips to 16 bits, `float32` keeps every bit.
 *
 * @param sampleRate in Hz
 */
export function writeWav(samples: Float32Array, sampleRate: number, format: 'pcm16' | 'float32'): Uint8Array {
  const sampleBytes = format === 'pcm16' ? 2 : 4;
  const dataBytes = samples.length * sampleBytes;
  const bytes = new Uint8Array(44 + dataBytes);
  const view = new DataView(bytes.buffer);
  setTag(bytes, 0, 'RIFF');
  view.setUint32(4, 36 + dataBytes, true);
  setTag(bytes, 8, 'WAVE');
  setTag(bytes, 12, 'fmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, format === 'pcm16' ? PCM : FLOAT, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * sampleBytes, true);
  view.setUint16(32, sampleBytes, true);
  view.setUint16(34, sampleBytes * 8, true);
  setTag(bytes, 36, 'data');
  view.setUint32(40, dataBytes, true);
  for (let i = 0; i < samples.length; i++) {
    const sample = samples[i]!;
    if (format === 'float32') view.setFloat32(44 + 4 * i, sample, true);
    else view.setInt16(44 + 2 * i, Math.max(-32768, Math.min(32767, Math.round(sample * 32768))), true);
  }
  return bytes;
}

function readFormat(view: DataView, where: string): WavFormat {
  if (view.byteLength < 16) {
    throw new InputError(`${where}: expected a "fmt " chunk of at least 16 bytes, got ${view.byteLength}`);
  }
  const encoding = readEncoding(view, where);
  const channels = view.getUint16(2, true);
  const sampleRate = view.getUint32(4, true);
  const frameBytes = view.getUint16(12, true);
  const bits = view.getUint16(14, true);
  if (!(encoding === PCM ? bits >= 1 && bits <= 32 : encoding === FLOAT && (bits === 32 || bits === 64))) {
    throw new InputError(
      `${where}: expected PCM of 1 to 32 bits or float of 32 or 64 bits, got WAV encoding ${encoding} of ${bits} bits`,
    );
  }
  const fits = hasRoom(frameBytes / channels, encoding, bits, view.getUint32(8, true) === sampleRate * frameBytes);
  if (channels === 0 || sampleRate === 0 || !fits) {
    throw new InputError(
      `${where}: expected a WAV header that agrees with itself, got ${channels} channels of ${bits} bits at ${sampleRate} Hz in blocks of ${frameBytes} bytes`,
    );
  }
  if (bits === 24 && frameBytes === 4 * channels && view.getUint16(0, true) !== EXTENSIBLE) {
    throw new InputError(
      `${where}: expected samples of 24 bits in 3 bytes each, or an extensible header, got them in 4 bytes, where some programs write integers and others floats`,
    );
  }
  return { encoding, channels, sampleRate, frameBytes };
}

/** Whether a sample of that many bits can lie in that many bytes; more than it needs are believed if something else says the same. */
function hasRoom(sampleBytes: number, encoding: number, bits: number, confirmed: boolean): boolean {
  const needed = Math.ceil(bits / 8);
  if (sampleBytes === needed) return true;
  return encoding === PCM && confirmed && Number.isInteger(sampleBytes) && sampleBytes > needed && sampleBytes <= 4;
}

/** The encoding, which an extensible header has in the first two bytes of its subformat's GUID. */
function readEncoding(view: DataView, where: string): number {
  const encoding = view.getUint16(0, true);
  if (encoding !== EXTENSIBLE) return encoding;
  if (view.byteLength < 40 || SUBFORMAT_TAIL.some((byte, i) => view.getUint8(26 + i) !== byte)) {
    throw new InputError(`${where}: expected an extensible WAV header of PCM or float, got another or no subformat`);
  }
  return view.getUint16(24, true);
}

function readSamples(view: DataView, start: number, dataBytes: number, format: WavFormat, where: string): Audio {
  const { channels, sampleRate, frameBytes } = format;
  const sampleBytes = frameBytes / channels;
  const read = sampleReader(view, format.encoding, sampleBytes);
  const samples = new Float32Array(Math.floor(dataBytes / frameBytes));
  if (samples.length === 0) throw new InputError(`${where}: expected audio, but the WAV file holds no samples`);
  for (let i = 0, at = start; i < samples.length; i++) {
    let sum = 0;
    for (let channel = 0; channel < channels; channel++, at += sampleBytes) sum += read(at);
    const mean = sum / channels;
    samples[i] = mean;
    if (!Number.isFinite(samples[i])) {
      throw new InputError(`${where}: expected finite samples, got ${mean} at sample ${i}`);
    }
  }
  return { samples, sampleRate, channels };
}

function sampleReader(view: DataView, encoding: number, sampleBytes: number): (at: number) => number {
  if (encoding === FLOAT) {
    return sampleBytes === 4 ? (at) => view.getFloat32(at, true) : (at) => view.getFloat64(at, true);
  }
  // PCM of one byte alone is unsigned.
  if (sampleBytes === 1) return (at) => (view.getUint8(at) - 128) / 128;
  if (sampleBytes === 2) return (at) => view.getInt16(at, true) / 32768;
  if (sampleBytes === 3) return (at) => (view.getInt8(at + 2) * 65536 + view.getUint16(at, true)) / 8388608;
  return (at) => view.getInt32(at, true) / 2147483648;
}

function tag(view: DataView, at: number): string {
  return String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));
}

function setTag(bytes: Uint8Array, at: number, text: string): void {
  for (let i = 0; i < 4; i++) bytes[at + i] = text.charCodeAt(i);
}
