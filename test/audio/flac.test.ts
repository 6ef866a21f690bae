import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { readFlac } from '../../src/audio/flac.ts';
import { readWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { survivesMutations } from '../mutations.ts';
import { fixture } from './bytes.ts';
import { writeFlac, writeSilence } from './flac-writer.ts';

const ramp = Int16Array.from({ length: 200 }, (_, i) => i * 300 - 32768);

describe('readFlac', () => {
  // Made by ffmpeg, as fixtures/README.md says: LPC, Rice coding, joint stereo.
  test.each(['stereo-16', 'stereo-24'])(
    'gives the samples of the WAV file it was made from, bit for bit: %s',
    async (name) => {
      const expected = readWav(fixture(`${name}.wav`), name);
      expect(expected.channels).toBe(2);
      expect(await readFlac(fixture(`${name}.flac`), name)).toEqual(expected);
    },
  );

  test('divides every 16-bit value by 32768', async () => {
    const values = Int16Array.from({ length: 65536 }, (_, i) => i - 32768);
    const { samples, sampleRate, channels } = await readFlac(writeFlac(values, { blockSize: 4096 }), 'a.flac');
    expect([sampleRate, channels]).toEqual([22050, 1]);
    expect(samples).toEqual(Float32Array.from(values, (value) => value / 32768));
  });

  test('takes what is there where the header knows no total', async () => {
    expect((await readFlac(writeFlac(ramp, { total: 0 }), 'a.flac')).samples.length).toBe(200);
  });

  test('refuses a file cut short anywhere', async () => {
    const file = writeFlac(ramp);
    for (let length = 0; length < file.length; length++) {
      await expect(readFlac(file.subarray(0, length), 'a.flac')).rejects.toThrow(InputError);
    }
  });

  test('refuses a file with any one byte of its frames changed', async () => {
    const file = writeFlac(ramp);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 42, max: file.length - 1 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, flip) => {
          const damaged = file.slice();
          damaged[at]! ^= flip;
          await expect(readFlac(damaged, 'a.flac')).rejects.toThrow(InputError);
        },
      ),
    );
  });

  test.each([
    ['claims more samples than it has', writeFlac(ramp, { total: 2 ** 36 - 1 })],
    ['claims fewer samples than it has', writeFlac(ramp, { total: 100 })],
    ['holds no samples', writeFlac(new Int16Array(0))],
    ['expands to hours', writeSilence(2049)],
    ['stands for a thousand times its size, once that is much', writeSilence(129)],
    ['is followed by something else', Uint8Array.from([...writeFlac(ramp), 1, 2, 3])],
    [
      'ends within its metadata',
      Uint8Array.from([...writeFlac(ramp).subarray(0, 4), 0, ...writeFlac(ramp).subarray(5, 42)]),
    ],
  ])('refuses a file that %s, with one sentence that names it', async (_, file) => {
    const attempt = readFlac(file, 'clips/a.flac');
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(/^clips\/a\.flac: expected [^\n]*[^.\n]$/);
  });

  test('survives damage', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    const refused = await survivesMutations([writeFlac(ramp), fixture('stereo-16.flac')], (bytes) =>
      readFlac(bytes, 'a.flac'),
    );
    printed.mockRestore();
    expect(refused).toBeGreaterThan(1500);
  }, 120_000);

  test('reads compressed silence that is not too long', async () => {
    const { samples } = await readFlac(writeSilence(128), 'a.flac');
    expect(samples.length).toBe(128 * 65535);
    expect(samples.every((sample) => sample === 0)).toBe(true);
  });

  test('refuses a frame that is whole but cannot be decoded', async () => {
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {});
    // Type 2 is reserved.
    await expect(readFlac(writeFlac(ramp, { subframeType: 2 }), 'a.flac')).rejects.toThrow(InputError);
    printed.mockRestore();
  });
});
