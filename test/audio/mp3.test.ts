import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMp3 } from '../../src/audio/mp3.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { survivesMutations } from '../mutations.ts';
import { concat, errorDecibels, fixture, fixtureTone, floatFixture } from './bytes.ts';
import { writeMp3Frame } from './mp3-writer.ts';
import { largestDifference } from './signals.ts';

const tagged = fixture('mono-22050-cbr.mp3');
const variable = fixture('stereo-44100-vbr.mp3');
const untagged = fixture('mono-22050-untagged.mp3');
/** At 64 kbit/s and 22,050 Hz, frames have 209 bytes, and the first one 208. */
const FIRST_FRAME_BYTES = 208;
const FRAME_BYTES = 209;
const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));
/** LAME scales by 0.95 (its presets.c). */
const LAME_SCALE = 0.95;

const id3v2 = (size: number) => Uint8Array.from([...text('ID3\u0004\0\0\0\0'), size >> 7, size & 127]);
const id3v1 = concat(text('TAG'), new Uint8Array(125));
/** An APEv2 tag without a header: items, then a footer with the size of both. */
function ape(items: string): Uint8Array {
  const footer = new Uint8Array(32);
  footer.set(text('APETAGEX'));
  new DataView(footer.buffer).setUint32(12, items.length + 32, true);
  return concat(text(items), footer);
}

describe('readMp3', () => {
  test.each([
    ['mono-22050-cbr.mp3', 22050, 1],
    ['stereo-44100-vbr.mp3', 44100, 2],
  ] as const)('gives the length, place and level of what was encoded: %s', async (name, sampleRate, channels) => {
    const audio = await readMp3(fixture(name), name);
    const expected = fixtureTone(channels === 2, sampleRate).map((x) => x * LAME_SCALE);
    expect([audio.sampleRate, audio.channels, audio.samples.length]).toEqual([sampleRate, channels, sampleRate / 10]);
    // One sample late would be -18 and -22 dB; the coding itself makes -37 dB, most of it at the ends.
    expect(errorDecibels(audio.samples, expected)).toBeLessThan(-35);
  });

  test("gives ffmpeg's samples to mpg123's accuracy", async () => {
    const { samples } = await readMp3(tagged, 'a.mp3');
    // Full scale at 32767 would differ by 1.4e-5.
    expect(largestDifference(samples, floatFixture('mono-22050-cbr.mp3.f32'))).toBeLessThan(4e-6);
  });

  test('keeps delay and padding where the encoder did not write them down', async () => {
    const { samples } = await readMp3(untagged, 'a.mp3');
    expect(samples.length).toBe(6 * 576);
    // LAME's delay of 576 samples and the decoder's of 529.
    expect(samples.subarray(1105, 1105 + 2205)).toEqual((await readMp3(tagged, 'a.mp3')).samples);
  });

  test('passes over tags and zeros around the frames', async () => {
    const expected = await readMp3(tagged, 'a.mp3');
    const long = concat(id3v2(300), text('x'.repeat(300)));
    for (const file of [
      concat(long, tagged),
      concat(long, id3v2(0), new Uint8Array(40), tagged),
      concat(tagged, id3v1),
      concat(tagged, ape('Title'), id3v1),
      concat(tagged, new Uint8Array(999)),
    ]) {
      expect(await readMp3(file, 'a.mp3')).toEqual(expected);
    }
  });

  test("reads Fraunhofer's tag, which tells the number of frames and no delay", async () => {
    const file = tagged.slice();
    file.fill(0, 4, FIRST_FRAME_BYTES);
    file.set(text('VBRI'), 36);
    file[53] = 6;
    expect(await readMp3(file, 'a.mp3')).toEqual(await readMp3(untagged, 'a.mp3'));
    file[53] = 7;
    await expect(readMp3(file, 'a.mp3')).rejects.toThrow("expected 7 MP3 frames, as the file's VBRI header says");
  });

  test('takes a number of frames that was not filled in for none', async () => {
    const file = tagged.slice();
    // Behind 4 bytes of header, 9 of side information, the name and the flags.
    file.fill(0, 21, 25);
    expect(await readMp3(file, 'a.mp3')).toEqual(await readMp3(tagged, 'a.mp3'));
  });

  test('reads frames with checksums', async () => {
    for (const frame of [{ version: 1, channels: 2 }, { version: 1 }, { channels: 2 }, {}] as const) {
      const file = concat(...Array.from({ length: 4 }, () => writeMp3Frame({ ...frame, bitRate: 5, checksum: 0 })));
      const { samples, channels } = await readMp3(file, 'a.mp3');
      expect(samples).toEqual(new Float32Array(4 * ('version' in frame ? 1152 : 576)));
      expect(channels).toBe('channels' in frame ? 2 : 1);
    }
  });

  test('takes a file whose level was changed afterwards if a tag says so', async () => {
    const louder = tagged.slice();
    // Bits 30 to 37 of the last frame's side information, which follows 4 bytes of header, are its global gain.
    louder[louder.length - FRAME_BYTES + 4 + 4]! ^= 4;
    await expect(readMp3(louder, 'a.mp3')).rejects.toThrow("expected MP3 frames that agree with LAME's checksum");
    const { samples } = await readMp3(concat(louder, ape('MP3GAIN_MINMAX')), 'a.mp3');
    expect(samples.length).toBe(2205);
  });

  test('refuses a file cut short anywhere', async () => {
    for (let length = 0; length < tagged.length; length++) {
      await expect(readMp3(tagged.subarray(0, length), 'a.mp3')).rejects.toThrow(InputError);
    }
  });

  test('refuses a file without a tag that is cut within a frame', async () => {
    for (let length = 0; length < untagged.length; length++) {
      // A file that ends with a frame is whole for all that can be known.
      if (length % FRAME_BYTES === FIRST_FRAME_BYTES) continue;
      await expect(readMp3(untagged.subarray(0, length), 'a.mp3')).rejects.toThrow(InputError);
    }
  });

  test('refuses a file with any one byte of its frames of sound changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: FIRST_FRAME_BYTES, max: tagged.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = tagged.slice();
          damaged[at]! ^= flip;
          await expect(readMp3(damaged, 'a.mp3')).rejects.toThrow(InputError);
        },
      ),
    );
  });

  const frame = writeMp3Frame();
  const lateSecond = concat(frame, writeMp3Frame({ back: 250 }));
  test.each([
    ['no frame', text('ID3\u0004\0\0\0\0\0\0hello'), 'no frame of one starts at byte 10'],
    ['an ID3 tag beyond the end', id3v2(300), 'expected 300 bytes of ID3 tag'],
    ['a tag and nothing else', tagged.subarray(0, FIRST_FRAME_BYTES), 'holds no samples'],
    ['a frame less than its tag says', tagged.subarray(0, tagged.length - FRAME_BYTES), 'expected 6 MP3 frames'],
    ['a start that was cut off', writeMp3Frame({ back: 100 }), 'its first frame needs 100 bytes that came before it'],
    ['sound data before the start', lateSecond, `the one at byte ${frame.length} is damaged`],
    ['more sound data than there is', concat(frame, writeMp3Frame({ dataBits: 4000 })), 'is damaged'],
    ['too many large values', writeMp3Frame({ bigValues: 289 }), 'is damaged'],
    ['a wrong checksum', concat(frame, writeMp3Frame({ checksum: 1 })), 'is damaged'],
    [
      'another rate',
      concat(frame, writeMp3Frame({ sampleRate: 1 })),
      `at byte ${frame.length}, but the file is damaged`,
    ],
    [
      'other channels',
      concat(frame, writeMp3Frame({ channels: 2 })),
      `at byte ${frame.length}, but the file is damaged`,
    ],
    ['bytes between frames', concat(frame, text('junk'), frame), `at byte ${frame.length}, but the file is damaged`],
    ['a reserved bit rate', concat(frame, Uint8Array.of(0xff, 0xf3, 0xf0, 0xc0), frame), 'the file is damaged there'],
    ['nothing but delay', withDelay(4000, 0), 'delay and padding are all'],
  ])('refuses %s with one sentence that names the file', async (_, file, expected) => {
    const attempt = readMp3(file, 'clips/a.mp3');
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(/^clips\/a\.mp3: expected [^\n]*[^.\n]$/);
    await expect(attempt).rejects.toThrow(expected);
  });

  test('refuses what expands to hours before decoding it', async () => {
    const small = writeMp3Frame({ bitRate: 1 });
    const long = new Uint8Array(small.length * Math.ceil(2 ** 27 / 576));
    for (let at = 0; at < long.length; at += small.length) long.set(small, at);
    await expect(readMp3(long, 'a.mp3')).rejects.toThrow('expected at most 134217728 samples in one file');
  });

  test('survives damage', async () => {
    const refused = await survivesMutations([tagged, variable, untagged], (bytes) => readMp3(bytes, 'a.mp3'));
    expect(refused).toBeGreaterThan(1000);
  }, 120_000);
});

/** The tagged fixture with another delay and padding in its tag, where ffmpeg wrote 576 and 675. */
function withDelay(before: number, after: number): Uint8Array {
  const file = tagged.slice();
  // The tag follows 4 bytes of header and 9 of side information; its delay is 21 bytes behind the encoder's name.
  const at = 13 + 120 + 21;
  file.set([before >> 4, ((before & 15) << 4) | (after >> 8), after & 255], at);
  return file;
}
