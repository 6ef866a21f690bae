import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createMelFrontEnd } from '../../src/audio/mel.ts';
import { parseConfig, type WaveGradConfig } from '../../src/model/config.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { fillNormal } from '../../src/random/noise.ts';
import { MODEL_SIZES, newConfig } from '../../src/training/new-config.ts';
import { parseTraining } from '../../src/training/training-config.ts';
import { refusal } from '../formats/refusal.ts';
import { defaultConfig, readJson } from '../model/tiny.ts';

const reference = readJson(defaultConfig) as WaveGradConfig;

const RATES = [8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000];

function parameterCount(config: WaveGradConfig): number {
  return buildWaveGrad(config)
    .parameters()
    .reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
}

/** Weights and biases, summed over the blocks of the reference's network. */
function summed({ model_config: model, data_config: data }: WaveGradConfig): number {
  const conv = (cin: number, cout: number, taps: number) => cout * (cin * taps + 1);
  const { upsampling_out_channels: up, downsampling_out_channels: down } = model;
  const signals = [model.downsampling_preconv_out_channels, ...down];
  let sum =
    conv(data.n_mels, model.upsampling_preconv_out_channels, 3) + conv(1, signals[0]!, 5) + conv(up.at(-1)!, 1, 3);
  up.forEach((cout, i) => {
    const cin = up[i - 1] ?? model.upsampling_preconv_out_channels;
    sum += conv(cin, cout, 3) + 3 * conv(cout, cout, 3) + conv(cin, cout, 1);
  });
  down.forEach((cout, i) => {
    sum += conv(signals[i]!, cout, 3) + 2 * conv(cout, cout, 3) + conv(signals[i]!, cout, 1);
  });
  signals.forEach((channels, i) => {
    sum += conv(channels, channels, 3) + 2 * conv(channels, up.at(-1 - i)!, 3);
  });
  return sum;
}

describe('at 22,050 Hz', () => {
  test("full is the reference's network", () => {
    expect(newConfig({ size: 'full', sampleRate: 22_050 }).model_config).toEqual(reference.model_config);
  });

  // What the reference prints of its own network, what its training of a quarter of it prints, and the sum below.
  test.each([
    ['full', 1, 15_810_401],
    ['small', 4, 1_036_673],
    ['tiny', 8, 276_785],
  ] as const)('%s has its widths divided by %i: %i parameters', (size, divisor, count) => {
    const config = newConfig({ size, sampleRate: 22_050 });
    const { model_config: wide } = reference;
    expect(config.model_config).toEqual({
      ...wide,
      upsampling_preconv_out_channels: wide.upsampling_preconv_out_channels / divisor,
      upsampling_out_channels: wide.upsampling_out_channels.map((width) => width / divisor),
      downsampling_out_channels: wide.downsampling_out_channels.map((width) => width / divisor),
    });
    expect([parameterCount(config), summed(config)]).toEqual([count, count]);
  });

  test("mels and segments are the reference's, with a floor", () => {
    const { data_config, training_config } = newConfig({ size: 'small', sampleRate: 22_050 });
    expect(data_config).toEqual({ ...reference.data_config, mel_floor: 1e-5 });
    expect(training_config?.segment_length).toBe(reference.training_config?.segment_length);
  });
});

test.each([
  [8000, { n_fft: 1024, win_length: 400, hop_length: 100, f_max: 4000 }, 2600],
  [16_000, { n_fft: 1024, win_length: 800, hop_length: 200, f_max: 8000 }, 5200],
  [24_000, { n_fft: 1024, win_length: 1024, hop_length: 300, f_max: 8000 }, 7800],
  [44_100, { n_fft: 2048, win_length: 2048, hop_length: 600, f_max: 8000 }, 14_400],
  [48_000, { n_fft: 2048, win_length: 2048, hop_length: 600, f_max: 8000 }, 15_600],
])('at %i Hz the front end is %j and a segment has %i samples', (sampleRate, data, segment) => {
  const config = newConfig({ size: 'tiny', sampleRate });
  expect(config.data_config).toMatchObject({ ...data, sample_rate: sampleRate, f_min: 80, n_mels: 80 });
  expect(config.training_config?.segment_length).toBe(segment);
});

test.each(RATES)('at %i Hz no band of mels is without a bin', (sampleRate) => {
  const { data_config } = newConfig({ size: 'tiny', sampleRate });
  const noise = fillNormal(new Float32Array(4096), { seed: 0, purpose: 'proposal', clip: 0, replicate: 0, k: 0 });
  const { data } = createMelFrontEnd(data_config).logMel(noise, { floor: 1e-5 });
  expect(Math.min(...data)).toBeGreaterThan(-5);
});

test('what is wished for is in it', () => {
  const wish = { logdir: 'here', train: 'a.txt', test: 'b.txt' };
  const { training_config, model_config, data_config } = newConfig({
    size: 'tiny',
    sampleRate: 16_000,
    hop: 256,
    ...wish,
  });
  expect(training_config).toMatchObject({
    batch_size: 8,
    logdir: 'here',
    train_filelist_path: 'a.txt',
    test_filelist_path: 'b.txt',
    // 20 · 256 is nearest to 0.3265 seconds.
    segment_length: 5120,
  });
  expect(model_config.factors).toEqual([4, 4, 2, 2, 2, 2]);
  expect(data_config.hop_length).toBe(256);
});

test('any rate and hop make a config that is read without a remark', () => {
  const wish = fc.record({
    size: fc.constantFrom(...MODEL_SIZES),
    sampleRate: fc.integer({ min: 8000, max: 48_000 }),
    hop: fc.option(fc.constantFrom(16, 24, 60, 128, 240, 256, 375, 400), { nil: undefined }),
  });
  fc.assert(
    fc.property(wish, (wanted) => {
      const config = newConfig(wanted);
      const read = parseConfig(JSON.parse(JSON.stringify(config)), 'config.json');
      expect(read).toEqual(config);
      const { training, remarks } = parseTraining(read, 'config.json');
      expect(remarks).toEqual([]);
      const { sample_rate: rate, hop_length: hop } = config.data_config;
      expect(Math.abs(training.segmentLength / rate - 7200 / 22_050)).toBeLessThanOrEqual((0.5001 * hop) / rate);
      expect(buildWaveGrad(read).parameters().length).toBeGreaterThan(0);
    }),
  );
});

describe('is refused:', () => {
  const wanted = (sampleRate: number, hop?: number) => refusal(() => newConfig({ size: 'small', sampleRate, hop }));

  test.each([7999, 48_001, 22_050.5, Number.NaN])('a sample rate of %d', (rate) => {
    expect(wanted(rate)).toBe(`sample rate: expected a whole number of Hz from 8000 to 48000, got ${rate}`);
  });

  test.each([
    // 5² · 11, 2 · 137, too few factors, more than the window, none.
    [275, '270 or 280'],
    [274, '270 or 280'],
    [8, '16 or 24'],
    [1280, '1024 or 1008'],
    [0, '16 or 24'],
    [-300, '16 or 24'],
    [2.5, '16 or 24'],
  ])('a hop of %d', (hop, near) => {
    expect(wanted(22_050, hop)).toBe(
      `hop: expected a product of 4 to 6 factors from 2 to 8, at most the window of 1024 samples, such as ${near}, got ${hop}`,
    );
  });
});
