import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readOgg } from '../../src/audio/ogg.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { survivesMutations } from '../mutations.ts';
import { concat, errorDecibels, fixture, fixtureTone, floatFixture } from './bytes.ts';
import { pagesOf, withChecksums, writePage } from './ogg-writer.ts';
import { largestDifference } from './signals.ts';

const mono = fixture('mono-22050.ogg');
const stereo = fixture('stereo-44100.ogg');
const text = (value: string) => Uint8Array.from(Buffer.from(value, 'latin1'));

/** A copy in which the positions of some pages are others, and their checksums right. */
function withGranules(file: Uint8Array, change: (granule: bigint, page: number) => bigint): Uint8Array {
  const copy = file.slice();
  pagesOf(copy).forEach((page, i) => {
    const view = new DataView(page.buffer, page.byteOffset);
    view.setBigInt64(6, change(view.getBigInt64(6, true), i), true);
  });
  return withChecksums(copy);
}

/** A copy in which one page has other bytes at an offset, and its right checksum. */
function withPage(file: Uint8Array, index: number, offset: number, values: readonly number[]): Uint8Array {
  const copy = file.slice();
  pagesOf(copy).at(index)!.set(values, offset);
  return withChecksums(copy);
}

const lastGranule = (file: Uint8Array, granule: bigint) =>
  withGranules(file, (old, i) => (i === pagesOf(file).length - 1 ? granule : old));

describe('readOgg', () => {
  test.each([
    ['mono-22050.ogg', 22050, 1],
    ['stereo-44100.ogg', 44100, 2],
  ] as const)('gives the length, place and level of what was encoded: %s', async (name, sampleRate, channels) => {
    const audio = await readOgg(fixture(name), name);
    const expected = fixtureTone(channels === 2, sampleRate);
    expect([audio.sampleRate, audio.channels, audio.samples.length]).toEqual([sampleRate, channels, sampleRate / 10]);
    // One sample late would be -18 dB, one percent too loud -40 dB; the coding itself makes -36 dB.
    expect(errorDecibels(audio.samples, expected)).toBeLessThan(-35);
  });

  test("gives ffmpeg's samples to float32's accuracy", async () => {
    const { samples } = await readOgg(mono, 'a.ogg');
    // This ffmpeg does not drop the end of the last block. Full scale at 32767 would differ by 1.5e-5.
    const theirs = floatFixture('mono-22050.ogg.f32').subarray(0, samples.length);
    expect(largestDifference(samples, theirs)).toBeLessThan(1e-6);
  });

  test('joins chained streams', async () => {
    const one = (await readOgg(mono, 'a.ogg')).samples;
    const { samples } = await readOgg(concat(mono, mono), 'a.ogg');
    expect(samples).toEqual(Float32Array.from([...one, ...one]));
  });

  test('joins packets that go on on another page', async () => {
    const pages = pagesOf(mono);
    // The second page has the comment and the setup, which takes several pieces: it is cut after the third one.
    const page = pages[1]!;
    const lacing = [...page.subarray(27, 27 + page[26]!)];
    const body = page.subarray(27 + lacing.length);
    const cut = lacing.slice(0, 3).reduce((sum, length) => sum + length, 0);
    const before = { serial: serialOf(page), sequence: 1, lacing: lacing.slice(0, 3), granule: -1n };
    const after = { serial: serialOf(page), sequence: 2, lacing: lacing.slice(3), flags: 1 };
    const rest = pages.slice(2).map((other, i) => {
      const copy = other.slice();
      new DataView(copy.buffer).setUint32(18, 3 + i, true);
      return copy;
    });
    const split = concat(
      pages[0]!,
      writePage(body.subarray(0, cut), before),
      writePage(body.subarray(cut), after),
      ...rest,
    );
    expect(lacing[2]).toBe(255);
    expect(await readOgg(withChecksums(split), 'a.ogg')).toEqual(await readOgg(mono, 'a.ogg'));
  });

  test('drops the end by the last position', async () => {
    const { samples } = await readOgg(mono, 'a.ogg');
    const shorter = await readOgg(lastGranule(mono, 2000n), 'a.ogg');
    expect(shorter.samples).toEqual(samples.subarray(0, 2000));
  });

  test('drops the start by the first position, and takes a later one for a stream that was cut out of another', async () => {
    const { samples } = await readOgg(stereo, 'a.ogg');
    // The first two pages are headers.
    const early = await readOgg(
      withGranules(stereo, (old, i) => (i < 2 ? old : old - 100n)),
      'a.ogg',
    );
    expect(early.samples).toEqual(samples.subarray(100));
    const late = await readOgg(
      withGranules(stereo, (old, i) => (i < 2 ? old : old + 12345n)),
      'a.ogg',
    );
    expect(late.samples).toEqual(samples);
  });

  // As `ffmpeg -i long.ogg -ss 0.4 -c copy` leaves it: the page's position is still that of the whole, or so.
  test('takes a position beyond its samples for one in a stream that it was cut out of, on a single page too', async () => {
    const whole = (await readOgg(lastGranule(mono, 1_000_000n), 'a.ogg')).samples;
    const { samples } = await readOgg(mono, 'a.ogg');
    expect(whole.subarray(0, samples.length)).toEqual(samples);
    expect(whole.length).toBeGreaterThan(samples.length);

    const [head, headers, sound] = pagesOf(mono) as [Uint8Array, Uint8Array, Uint8Array];
    const lacing = [...sound.subarray(27, 27 + sound[26]!)];
    // Without its first three packets, each of a few hundred bytes at most.
    const third = lacing.flatMap((length, i) => (length < 255 ? [i + 1] : []))[2]!;
    const dropped = lacing.slice(0, third).reduce((sum, length) => sum + length, 27 + lacing.length);
    const rest = { flags: 4, serial: serialOf(sound), sequence: 2, granule: 2205n, lacing: lacing.slice(third) };
    const cut = await readOgg(concat(head, headers, writePage(sound.subarray(dropped), rest)), 'a.ogg');
    expect(cut.samples.length).toBeLessThan(2205);
    expect(cut.samples).toEqual(whole.subarray(-cut.samples.length));
  });

  test('refuses a file cut short anywhere', async () => {
    for (let length = 0; length < mono.length; length++) {
      await expect(readOgg(mono.subarray(0, length), 'a.ogg')).rejects.toThrow(InputError);
    }
  });

  test('refuses a file with any one byte changed', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(mono.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const damaged = mono.slice();
        damaged[at]! ^= flip;
        await expect(readOgg(damaged, 'a.ogg')).rejects.toThrow(InputError);
      }),
    );
  });

  const first = (body: string, serial = 9) => writePage(text(body), { flags: 2, serial });
  const pages = pagesOf(mono);
  test.each([
    ['Opus', first('OpusHead\u0001\u0001'), 'expected Vorbis in an Ogg file, got Opus'],
    ['FLAC', first('\u007fFLAC\u0001\u0000'), 'expected Vorbis in an Ogg file, got FLAC'],
    ['Theora', first('\u0080theora'), 'expected Vorbis in an Ogg file, got Theora video'],
    ['an unknown codec', first('BBCD\0'), 'expected Vorbis in an Ogg file, got an unknown codec'],
    ['a second stream', concat(pages[0]!, first('\u0080theora')), 'expected Vorbis alone, got Theora video beside it'],
    ['a lost page', concat(pages[0]!, ...pages.slice(2)), 'some before byte'],
    ['no last page', withPage(mono, -1, 5, [0]), 'the file is cut short'],
    [
      'something after the last page',
      concat(mono, text('junk'.repeat(10))),
      `expected an Ogg page at byte ${mono.length}`,
    ],
    ['too few samples', lastGranule(stereo, 5000n), 'expected 5000 samples up to the end of a page'],
    [
      'fewer samples up to a page',
      withGranules(stereo, (old, i) => (i === 3 ? old - 1n : old)),
      'expected 2623 samples up to',
    ],
    [
      'more samples up to a page',
      withGranules(stereo, (old, i) => (i === 4 ? old + 1n : old)),
      'expected 3649 samples up to',
    ],
    ['an end before the last page', lastGranule(stereo, 3000n), 'expected 3000 samples up to'],
    ['a negative position', lastGranule(mono, -5n), 'as its header says'],
    [
      'no sound',
      concat(
        ...pages.slice(0, 1),
        writePage(new Uint8Array(0), { flags: 4, serial: serialOf(pages[0]!), sequence: 1 }),
      ),
      'three headers',
    ],
    ['no samples', lastGranule(mono, 0n), 'holds no samples'],
    ['no channels', withPage(mono, 0, 28 + 11, [0]), 'agrees with itself'],
    ['a large first block', withPage(mono, 0, 28 + 28, [0x8b]), 'agrees with itself'],
    ['streams that differ', concat(mono, stereo), 'expected streams that agree'],
    ['a packet that is no sound', withPage(mono, -1, 27 + pages.at(-1)![26]!, [1]), 'cannot be decoded'],
  ])('refuses %s with one sentence that names the file', async (_, file, expected) => {
    const attempt = readOgg(file, 'clips/a.ogg');
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(/^clips\/a\.ogg: expected [^\n]*[^.\n]$/);
    await expect(attempt).rejects.toThrow(expected);
  });

  test('refuses what claims or holds hours before decoding it', async () => {
    const serial = serialOf(pages[0]!);
    const silence = (sequence: number, granule: bigint, flags = 0) =>
      writePage(new Uint8Array(0), { serial, sequence, granule, flags, lacing: [0] });
    const long = concat(...pages.slice(0, 2), silence(2, 0n), silence(3, 2n ** 62n, 4));
    await expect(readOgg(long, 'a.ogg')).rejects.toThrow('expected at most 134217728 samples in one file');
  });

  test('survives damage', async () => {
    const refused = await survivesMutations([mono, stereo], (bytes) => readOgg(bytes, 'a.ogg'));
    expect(refused).toBeGreaterThan(1900);
  });

  test('survives damage that its checksums do not show', async () => {
    const refused = await survivesMutations([mono, stereo], (bytes) => readOgg(withChecksums(bytes), 'a.ogg'));
    expect(refused).toBeGreaterThan(1000);
  }, 120_000);
});

function serialOf(page: Uint8Array): number {
  return new DataView(page.buffer, page.byteOffset).getUint32(14, true);
}
