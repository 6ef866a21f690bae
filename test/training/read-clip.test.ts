import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { resample } from '../../src/audio/resample.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { checkClip, readClip } from '../../src/training/read-clip.ts';
import { fixture } from '../audio/bytes.ts';
import { noise, sine } from '../audio/signals.ts';
import { survivesMutations } from '../mutations.ts';
import { nanWav, noiseWav, recordingFolder } from './recordings.ts';

const { folder, file } = recordingFolder();
const AT_22050 = { sampleRate: 22050, resample: false };
const RESAMPLED = { sampleRate: 22050, resample: true };

describe('a recording is taken', () => {
  test('as it is where it has the rate', async () => {
    const path = file('noise.wav', noiseWav(1));
    expect(await checkClip(path, AT_22050)).toEqual({
      kind: 'clip',
      samples: noise(3000),
      sampleRate: 22050,
      channels: 1,
    });
    expect(await readClip(path, AT_22050)).toEqual(noise(3000));
    expect(await readClip(path, AT_22050, 3000)).toEqual(noise(3000));
  });

  test.each([
    ['mono-22050.ogg', 22050, 1],
    ['mono-22050-cbr.mp3', 22050, 1],
    ['stereo-44100.ogg', 44100, 2],
    ['stereo-16.flac', 22050, 2],
    ['stereo-16.wav', 22050, 2],
  ])('of every kind, mixed down: %s', async (name, sampleRate, channels) => {
    const path = file(name, fixture(name));
    const { samples } = await readAudio(path);
    expect(await checkClip(path, { sampleRate, resample: false })).toEqual({
      kind: 'clip',
      samples,
      sampleRate,
      channels,
    });
  });

  test('at another rate where that is asked for', async () => {
    const samples = sine(440, 24000, 4800);
    const path = file('tone.wav', writeWav(samples, 24000, 'float32'));
    expect(await checkClip(path, RESAMPLED)).toEqual({
      kind: 'clip',
      samples: await resample(samples, 24000, 22050),
      sampleRate: 24000,
      channels: 1,
    });
  });

  test('from a peak of 1e-4 on, -80 dBFS', async () => {
    const just = Float32Array.of(0, 1.01e-4, 0);
    expect(await readClip(file('just.wav', writeWav(just, 22050, 'float32')), AT_22050)).toEqual(just);
  });

  test('however short it is', async () => {
    expect(await readClip(file('one.wav', writeWav(Float32Array.of(0.5), 22050, 'pcm16')), AT_22050)).toHaveLength(1);
  });
});

describe('a recording is refused', () => {
  const hushed = writeWav(Float32Array.of(0, -9.9e-5, 0), 22050, 'float32');
  // 10 kHz are above half of 16 kHz.
  const high = writeWav(sine(10000, 24000, 24000, 2e-4), 24000, 'float32');
  // Below the largest float32, 3.4e38, which the overshoot of its edges once resampled is not.
  const square = sine(440, 24000, 4800).map((value) => Math.sign(value) * 3.3e38);
  const loud = writeWav(square, 24000, 'float32');
  test.each([
    ['rate', '16k.wav', noiseWav(1, { sampleRate: 16000 }), 'expected 22050 Hz, got 16000 Hz', AT_22050],
    [
      'silent',
      'zero.wav',
      writeWav(new Float32Array(3000), 22050, 'pcm16'),
      'expected sound, got silence (zeros alone)',
      AT_22050,
    ],
    // 20 · log10(9.9e-5) = −80.09.
    ['silent', 'hushed.wav', hushed, 'expected sound, got silence (a peak of -80.1 dBFS)', AT_22050],
    [
      'silent',
      'rate-and-silent.wav',
      writeWav(new Float32Array(9), 16000, 'pcm16'),
      'got silence (zeros alone)',
      AT_22050,
    ],
    ['silent', 'high.wav', high, 'expected sound, got silence (a peak of', { sampleRate: 16000, resample: true }],
    ['not finite', 'nan.wav', nanWav(), 'expected finite samples, got NaN at sample 1', AT_22050],
    ['not finite', 'loud.wav', loud, 'expected finite samples, got one that is not', RESAMPLED],
    ['unreadable', 'empty.wav', '', 'expected a WAV, FLAC, Ogg Vorbis or MP3 file, got an empty file', AT_22050],
    ['unreadable', 'none.wav', writeWav(new Float32Array(0), 22050, 'pcm16'), 'holds no samples', AT_22050],
    ['unreadable', 'cut.flac', fixture('stereo-16.flac').subarray(0, 9000), 'damaged or cut short', AT_22050],
    ['unreadable', 'far.wav', noiseWav(1, { sampleRate: 500 }), 'at most 16 times apart', RESAMPLED],
    [
      'unreadable',
      'one-48k.wav',
      writeWav(Float32Array.of(0.5), 48000, 'pcm16'),
      'which resampled are none',
      RESAMPLED,
    ],
  ] as const)('as %s: %s', async (why, name, bytes, message, options) => {
    const path = file(name, bytes);
    const refusal = await checkClip(path, options);
    expect(refusal).toEqual({ kind: 'refused', why, message: expect.stringContaining(message) });
    await expect(readClip(path, options)).rejects.toThrow(
      new InputError(`${path}: ${(refusal as { message: string }).message}`),
    );
  });

  test('where there is none, with its path once', async () => {
    const path = join(folder, 'missing.wav');
    await expect(readClip(path, AT_22050)).rejects.toThrow(
      new InputError(`${path}: the recording cannot be read: there is no such file`),
    );
  });

  test('where it has another length than before', async () => {
    const path = file('changed.wav', noiseWav(1, { length: 2999 }));
    await expect(readClip(path, AT_22050, 3000)).rejects.toThrow(
      new InputError(`${path}: expected 3000 samples as before, got 2999: the file was changed`),
    );
  });
});

test('damaged recordings are read or refused', async () => {
  const path = join(folder, 'damaged.wav');
  const originals = [noiseWav(1, { length: 200 }), writeWav(noise(200), 22050, 'pcm16')];
  const refused = await survivesMutations(originals, (bytes) => {
    writeFileSync(path, bytes);
    return readClip(path, AT_22050);
  });
  expect(refused).toBeGreaterThan(500);
});
