import { InputError } from '../formats/input-error.ts';
import { type Audio, MOST_SAMPLES } from './audio.ts';
import { joined } from './joined.ts';
import { type OggPacket, readOggStreams } from './ogg-pages.ts';
import { release, silently } from './silently.ts';

/** The decoder's input buffer; a real packet has some hundred bytes and a real setup header some thousand. */
const MOST_PACKET_BYTES = 2 ** 17;

/** How many numbers the decoder is asked for at once. */
const BATCH_NUMBERS = 2 ** 22;

interface VorbisHeaders {
  readonly identification: Uint8Array;
  readonly setup: Uint8Array;
  readonly channels: number;
  /** In Hz. */
  readonly sampleRate: number;
  /** The most samples of each channel that one packet stands for. */
  readonly packetSamples: number;
}

/**
 * Reads an Ogg Vorbis file: as many samples as its encoder was given, in place and at their level (full scale is 1).
 *
 * Pages are checked by `readOggStreams`; then every page's position must be what was decoded up to there, counted from 0 or from
 * where the stream was cut out of another. Chained streams are joined if they agree in rate and channels.
 *
 * @param where names the file in messages
 * @throws InputError if it is no such file, damaged, cut short, empty or longer than 2^27 samples
 */
export async function readOgg(bytes: Uint8Array, where: string): Promise<Audio> {
  const decoded: Audio[] = [];
  let left = MOST_SAMPLES;
  for (const packets of readOggStreams(bytes, 'Vorbis', where)) {
    const audio = await readVorbis(packets, left, where);
    const { sampleRate, channels } = decoded[0] ?? audio;
    if (audio.sampleRate !== sampleRate || audio.channels !== channels) {
      throw new InputError(
        `${where}: expected streams that agree, got ${channels} channels at ${sampleRate} Hz and then ${audio.channels} at ${audio.sampleRate} Hz`,
      );
    }
    left -= audio.samples.length;
    decoded.push(audio);
  }
  const { sampleRate, channels } = decoded[0]!;
  const samples = decoded.length === 1 ? decoded[0]!.samples : joined(decoded.map((audio) => audio.samples));
  if (samples.length === 0) throw new InputError(`${where}: expected audio, but the Ogg file holds no samples`);
  return { samples, sampleRate, channels };
}

async function readVorbis(packets: readonly OggPacket[], most: number, where: string): Promise<Audio> {
  const headers = readHeaders(packets, where);
  const { channels, sampleRate } = headers;
  const audio = packets.slice(3);
  const ends = audio.flatMap(({ granule }) => granule ?? []);
  if (ends.length > 0 && ends.at(-1)! - ends[0]! > most) throw tooLong(where);
  const parts: Float32Array[] = [];
  let count = 0;
  let countBefore = 0;
  /** The position of the first sample: above 0 where the stream was cut out of another, below 0 where its start is to be dropped. */
  let origin: number | undefined;
  let end = 0;
  for await (const { samples, page, last } of decodeBatches(headers, audio, where)) {
    parts.push(samples);
    count += samples.length;
    if (page === undefined) continue;
    // Where the first page is the last one too, its position tells where the end is and leaves the start to be 0, unless there are
    // too few samples for that.
    origin ??= last ? Math.max(0, page - count) : page - count;
    end = page - origin;
    // The last page alone may have less than was decoded: an encoder fills up its last block.
    if (page < 0 || !(end === count || (last && end < count && end >= countBefore))) {
      throw new InputError(
        `${where}: expected ${end} samples up to the end of a page, as its header says, but ${count} were decoded`,
      );
    }
    countBefore = count;
  }
  return { samples: joined(parts).subarray(Math.max(0, -(origin ?? 0)), end), channels, sampleRate };
}

interface Batch {
  /** Mono. */
  readonly samples: Float32Array;
  /** The position of the page that ends with this batch, in samples. */
  readonly page: number | undefined;
  /** Whether the stream ends with this batch. */
  readonly last: boolean;
}

/** Decodes packets up to the end of each page, and fewer at once where they might stand for very much. */
async function* decodeBatches(
  headers: VorbisHeaders,
  audio: readonly OggPacket[],
  where: string,
): AsyncGenerator<Batch> {
  const { channels, packetSamples, identification, setup } = headers;
  const most = Math.max(1, Math.floor(BATCH_NUMBERS / (channels * packetSamples)));
  const none: Uint8Array = new Uint8Array(0);
  const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
  const decoder = new OggVorbisDecoder();
  await decoder.ready;
  // Its own parser of pages checks nothing and may not come to an end; it takes pages that were parsed elsewhere.
  type Pages = Parameters<typeof decoder.decodeOggPages>[0];
  try {
    let at = 0;
    for (let start = 0; start < audio.length; ) {
      let end = start + 1;
      while (end < audio.length && end - start < most && audio[end - 1]!.granule === undefined) end++;
      const codecFrames = audio.slice(start, end).map(({ bytes }) => ({ data: bytes, header: { vorbisSetup: setup } }));
      const pages = [{ data: none, codecFrames }];
      if (start === 0) pages.unshift({ data: identification, codecFrames: [] });
      const decoded = await silently(() => decoder.decodeOggPages(pages as unknown as Pages)).catch(() => undefined);
      if (decoded?.errors.length !== 0 || decoded.channelData.length !== channels) {
        throw new InputError(`${where}: expected Vorbis audio, but what follows sample ${at} cannot be decoded`);
      }
      at += decoded.samplesDecoded;
      const granule = audio[end - 1]!.granule;
      const page = granule === undefined ? undefined : Number(granule);
      yield { samples: mean(decoded.channelData, decoded.samplesDecoded), page, last: end === audio.length };
      start = end;
    }
  } finally {
    release(decoder);
  }
}

/** The three packets that a Vorbis stream starts with (Vorbis I specification, section 4.2). */
function readHeaders(packets: readonly OggPacket[], where: string): VorbisHeaders {
  const [identification, comment, setup] = packets.map(({ bytes }) => bytes);
  if (
    identification?.length !== 30 ||
    comment === undefined ||
    !isHeader(comment, 3) ||
    setup === undefined ||
    !isHeader(setup, 5)
  ) {
    throw new InputError(`${where}: expected the three headers of a Vorbis stream, but it does not start with them`);
  }
  const long = packets.find(({ bytes }, i) => i !== 1 && bytes.length > MOST_PACKET_BYTES);
  if (long !== undefined) {
    throw new InputError(
      `${where}: expected Vorbis packets of at most ${MOST_PACKET_BYTES} bytes, got one of ${long.bytes.length}`,
    );
  }
  const view = new DataView(identification.buffer, identification.byteOffset, identification.length);
  const version = view.getUint32(7, true);
  const channels = view.getUint8(11);
  const sampleRate = view.getUint32(12, true);
  const [small, large] = [view.getUint8(28) & 15, view.getUint8(28) >>> 4] as const;
  if (version !== 0 || channels === 0 || sampleRate === 0 || small < 6 || large > 13 || small > large) {
    throw new InputError(
      `${where}: expected a Vorbis header that agrees with itself, got version ${version}, ${channels} channels at ${sampleRate} Hz, blocks of 2^${small} and 2^${large}`,
    );
  }
  return { identification, setup, channels, sampleRate, packetSamples: 2 ** (large - 1) };
}

function isHeader(packet: Uint8Array, type: number): boolean {
  return packet[0] === type && String.fromCharCode(...packet.subarray(1, 7)) === 'vorbis';
}

function mean(channelData: readonly Float32Array[], length: number): Float32Array {
  const first = channelData[0]!;
  if (channelData.length === 1) return first.subarray(0, length);
  return Float32Array.from({ length }, (_, i) => {
    let sum = 0;
    for (const channel of channelData) sum += channel[i]!;
    return sum / channelData.length;
  });
}

function tooLong(where: string): InputError {
  return new InputError(`${where}: expected at most ${MOST_SAMPLES} samples in one file`);
}
