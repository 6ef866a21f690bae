import { describe, expect, test } from 'vitest';
import { createMelFrontEnd, logMel } from '../../src/audio/mel.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { golden, largestDifference, MEL_CONFIG, naiveStft, noise } from './signals.ts';

const audio = Float32Array.from(golden('mel/audio').data);

describe('logMel', () => {
  test("matches the reference's mels within 1e-4", async () => {
    const expected = golden('mel/log10');
    const mel = await logMel(audio, MEL_CONFIG);
    expect([mel.nMels, mel.frames]).toEqual(expected.shape);
    expect(largestDifference(mel.data, expected.data)).toBeLessThan(1e-4);
  });

  test("weighs the spectrum with torchaudio's filterbank", () => {
    const { data: filterbank } = golden('mel/filterbank');
    const samples = noise(1500);
    const frames = naiveStft(samples, 1024, 300, 1024).slice(0, 5);
    const { data } = createMelFrontEnd(MEL_CONFIG).logMel(samples, { floor: 1e-5 });
    frames.forEach((power, t) => {
      for (let mel = 0; mel < 80; mel++) {
        const sum = power.reduce((total, p, bin) => total + p * filterbank[bin * 80 + mel]!, 0);
        // The golden filterbank was computed in float32 from frequencies of up to 8000 Hz.
        expect(Math.abs(data[mel * 5 + t]! - Math.log10(sum))).toBeLessThan(2e-5);
      }
    });
  });

  test('drops the last frame, so that frames = floor(samples / hop)', async () => {
    for (const [samples, frames] of [
      [600, 2],
      [899, 2],
      [900, 3],
      [7200, 24],
    ] as const) {
      expect((await logMel(noise(samples), MEL_CONFIG)).frames).toBe(frames);
      expect(createMelFrontEnd(MEL_CONFIG).frameCount(samples)).toBe(frames);
    }
  });

  test("makes silence 0 by the reference's rule and the floor's logarithm by a floor", async () => {
    const silence = new Float32Array(1200);
    expect([...new Set((await logMel(silence, MEL_CONFIG)).data)]).toEqual([0]);
    expect([...new Set((await logMel(silence, MEL_CONFIG, { silence: { floor: 1e-5 } })).data)]).toEqual([-5]);
    const floored = { ...MEL_CONFIG, mel_floor: 1e-3 };
    expect([...new Set((await logMel(silence, floored)).data)]).toEqual([-3]);
    expect([...new Set((await logMel(silence, floored, { silence: 'zero' })).data)]).toEqual([0]);
  });

  test('leaves bands above the floor as they are', async () => {
    const free = await logMel(audio, MEL_CONFIG);
    const floored = await logMel(audio, MEL_CONFIG, { silence: { floor: 1 } });
    expect([...floored.data]).toEqual([...free.data].map((value) => Math.max(0, value)));
  });

  test('spreads the bins over the integer half of an odd sample rate, as torchaudio does', async () => {
    const odd = { ...MEL_CONFIG, sample_rate: 22051, f_max: 8000 };
    expect(await logMel(audio, odd)).toEqual(await logMel(audio, MEL_CONFIG));
  });

  test('gives a band between two bins no power', async () => {
    const narrow = { ...MEL_CONFIG, n_fft: 64, win_length: 64, f_min: 400, f_max: 600, n_mels: 4 };
    const { data, frames } = await logMel(noise(300), narrow);
    expect(frames).toBe(1);
    expect([...data]).toContain(0);
  });

  test('tells what a signal that is too short should have been', async () => {
    await expect(logMel(new Float32Array(512), MEL_CONFIG)).rejects.toThrow(
      new InputError('audio: expected at least 513 samples, so that n_fft = 1024 fits at the edges, got 512'),
    );
    await expect(logMel(new Float32Array(299), { ...MEL_CONFIG, n_fft: 64, win_length: 64 })).rejects.toThrow(
      new InputError('audio: expected at least one hop of 300 samples, got 299 samples'),
    );
  });

  test.each([
    [{ n_mels: 0 }, 'n_mels'],
    [{ f_min: 8000 }, 'f_min'],
    [{ f_max: 12000 }, 'f_max'],
    [{ n_fft: 1000 }, 'n_fft'],
    [{ win_length: 2048 }, 'win_length'],
    [{ hop_length: 0.5 }, 'hop_length'],
  ])('names the field of %j', async (wrong, field) => {
    const attempt = logMel(audio, { ...MEL_CONFIG, ...wrong });
    await expect(attempt).rejects.toThrow(InputError);
    await expect(attempt).rejects.toThrow(field);
  });
});
