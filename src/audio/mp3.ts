import { InputError } from '../formats/input-error.ts';
import { type Audio, MOST_SAMPLES } from './audio.ts';
import { readMp3Frames } from './mp3-frames.ts';
import { readMp3Header } from './mp3-header.ts';
import { release, silently } from './silently.ts';

/** By how many samples every MP3 decoder is late; encoders do not count them in the delay they write down. */
const DECODER_DELAY = 529;

/** How many bytes the decoder is given at once, which is its input buffer: at least 24 of them make a frame. */
const BATCH_BYTES = 2 ** 16;

/**
 * Reads an MP3 file (MPEG 1, 2 and 2.5, layer III), constant or variable bit rate; full scale is 1.
 *
 * Where the encoder wrote its delay and padding down, as LAME and FFmpeg do, the result has the length and the place of what was
 * encoded; else it starts with the encoder's delay, about 0.05 s, and ends with its padding.
 *
 * @param where names the file in messages
 * @throws InputError if it is no such file, damaged, cut short, empty or longer than 2^27 samples
 */
export async function readMp3(bytes: Uint8Array, where: string): Promise<Audio> {
  const { bytes: sound, count, header, info } = readMp3Frames(bytes, where);
  const total = count * header.samples;
  if (total > MOST_SAMPLES) {
    throw new InputError(`${where}: expected at most ${MOST_SAMPLES} samples in one file, got ${total}`);
  }
  const { before, after } = info?.delay ?? { before: -DECODER_DELAY, after: DECODER_DELAY };
  const start = before + DECODER_DELAY;
  const end = total - Math.max(0, after - DECODER_DELAY);
  if (start >= end) {
    throw new InputError(`${where}: expected audio, but the encoder's delay and padding are all the MP3 file holds`);
  }
  const { MPEGDecoder } = await import('mpg123-decoder');
  const decoder = new MPEGDecoder({ enableGapless: false });
  await decoder.ready;
  const samples = new Float32Array(total);
  let at = 0;
  try {
    for (let byte = 0; byte < sound.length; byte += BATCH_BYTES) {
      const { channelData, samplesDecoded, errors, sampleRate } = silently(() =>
        decoder.decode(sound.subarray(byte, byte + BATCH_BYTES)),
      );
      if (
        errors.length > 0 ||
        at + samplesDecoded > total ||
        (samplesDecoded > 0 && sampleRate !== header.sampleRate)
      ) {
        throw new InputError(`${where}: expected MP3 audio, but what follows sample ${at} cannot be decoded`);
      }
      // There are always two channels; those of a mono file are equal.
      const [left, right] = channelData as [Float32Array, Float32Array];
      for (let i = 0; i < samplesDecoded; i++) samples[at + i] = (left[i]! + right[i]!) / 2;
      at += samplesDecoded;
    }
  } finally {
    release(decoder);
  }
  if (at !== total) {
    throw new InputError(`${where}: expected ${total} samples of ${count} MP3 frames, but only ${at} could be decoded`);
  }
  return { samples: samples.slice(start, end), sampleRate: header.sampleRate, channels: header.channels };
}

/** Whether a file starts like an MP3: with an ID3 tag, or with a frame that another one follows. */
export function startsLikeMp3(bytes: Uint8Array): boolean {
  if (String.fromCharCode(...bytes.subarray(0, 3)) === 'ID3') return true;
  const first = readMp3Header(bytes, 0);
  return first !== undefined && readMp3Header(bytes, first.bytes) !== undefined;
}
