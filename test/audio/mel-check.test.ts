import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { createMelFrontEnd, type LogMel, logMel, type MelConfig } from '../../src/audio/mel.ts';
import { checkMel } from '../../src/audio/mel-check.ts';
import { resample } from '../../src/audio/resample.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { MEL_CONFIG, noise, sine } from './signals.ts';

const FLOORED = { ...MEL_CONFIG, mel_floor: 1e-5 };
const NOTHING = { refusals: [], warnings: [] };

const root = fileURLToPath(new URL('../../experiments/demo/clips/', import.meta.url));
const clips = ['score', 'heldout'].flatMap((set) => readdirSync(root + set).map((name) => `${set}/${name}`));
const speech: Float32Array[] = [];
beforeAll(async () => {
  for (const clip of clips) {
    const { samples, sampleRate } = await readAudio(root + clip);
    speech.push((await resample(samples, sampleRate, MEL_CONFIG.sample_rate)).subarray(0, 2 * MEL_CONFIG.sample_rate));
  }
});

const quieter = (samples: Float32Array, times: number) => samples.map((x) => x / times);
const to16Bits = (samples: Float32Array) => samples.map((x) => Math.round(x * 32768) / 32768);
const mapped = (mel: LogMel, change: (value: number) => number): LogMel => ({ ...mel, data: mel.data.map(change) });
const between = (lo: number, hi: number) => (value: number) => Math.min(hi, Math.max(lo, value));

/** What a mel is made with; its formulas are written out here once more, naively. */
interface Otherwise extends MelConfig {
  slaney?: boolean;
  equalArea?: boolean;
  power?: 1 | 2;
  halfHopLater?: boolean;
}

const DFT = new Map<string, Float64Array[]>();

/** |X| of each frame, by a DFT from its definition; kept, for it is slow. */
function plainMagnitudes(samples: Float32Array, config: Otherwise): Float64Array[] {
  const { n_fft: n, win_length: win, hop_length: hop, halfHopLater } = config;
  const key = [samples.length, n, win, hop, halfHopLater].join();
  const known = DFT.get(key);
  if (known) return known;
  const cosine = Float64Array.from({ length: n }, (_, i) => Math.cos((2 * Math.PI * i) / n));
  const frames = Array.from({ length: Math.floor(samples.length / hop) }, (_, t) => {
    const start = t * hop + (halfHopLater ? hop / 2 : 0) - win / 2;
    const windowed = Float64Array.from({ length: win }, (__, i) => {
      let at = Math.abs(start + i);
      if (at >= samples.length) at = 2 * (samples.length - 1) - at;
      return samples[at]! * Math.sin((Math.PI * i) / win) ** 2;
    });
    return Float64Array.from({ length: n / 2 + 1 }, (__, bin) => {
      let [re, im] = [0, 0];
      for (let i = 0; i < win; i++) {
        re += windowed[i]! * cosine[(bin * i) % n]!;
        im += windowed[i]! * cosine[(bin * i + n / 4) % n]!;
      }
      return Math.hypot(re, im);
    });
  });
  DFT.set(key, frames);
  return frames;
}

/** Bands [n_mels, frames] without a logarithm; the mel scales are those of librosa's documentation. */
function plainBands(samples: Float32Array, config: Otherwise): LogMel {
  const { n_fft: n, n_mels: nMels, sample_rate: rate, slaney, power = 2 } = config;
  const toMel = (f: number) => {
    if (!slaney) return 2595 * Math.log10(1 + f / 700);
    return f < 1000 ? (3 * f) / 200 : 15 + (27 * Math.log(f / 1000)) / Math.log(6.4);
  };
  const toHertz = (mel: number) => {
    if (!slaney) return 700 * (10 ** (mel / 2595) - 1);
    return mel < 15 ? (200 * mel) / 3 : 1000 * 6.4 ** ((mel - 15) / 27);
  };
  const [lo, hi] = [toMel(config.f_min), toMel(config.f_max)];
  const edges = Array.from({ length: nMels + 2 }, (_, i) => toHertz(lo + ((hi - lo) * i) / (nMels + 1)));
  const frames = plainMagnitudes(samples, config);
  const data = new Float32Array(nMels * frames.length);
  frames.forEach((magnitudes, t) => {
    for (let mel = 0; mel < nMels; mel++) {
      const [low, middle, high] = [edges[mel]!, edges[mel + 1]!, edges[mel + 2]!];
      const sum = magnitudes.reduce((total, magnitude, bin) => {
        const f = (bin * rate) / n;
        return (
          total + magnitude ** power * Math.max(0, Math.min((f - low) / (middle - low), (high - f) / (high - middle)))
        );
      }, 0);
      data[mel * frames.length + t] = config.equalArea ? (sum * 2) / (high - low) : sum;
    }
  });
  return { data, nMels, frames: frames.length };
}

/** Shorter than the clip, for the naive transform is slow. */
const cut = () => speech[0]!.subarray(8000, 24_000);
const otherwise = (change: Partial<Otherwise>, log: (value: number) => number = Math.log10) =>
  mapped(plainBands(cut(), { ...MEL_CONFIG, ...change }), log);

test('the naive mel of this test is the right one, where nothing is changed', async () => {
  const right = await logMel(cut(), MEL_CONFIG);
  const { data } = otherwise({});
  expect(data.length).toBe(right.data.length);
  data.forEach((value, at) => {
    expect(Math.abs(value - right.data[at]!)).toBeLessThan(1e-4);
  });
});

describe('of a right mel nothing is said', () => {
  const hiss = noise(60_000, 0.02);
  const changes: [string, (samples: Float32Array) => Float32Array][] = [
    ['as it is', (samples) => samples],
    ['at a thousandth', (samples) => quieter(samples, 1000)],
    ['at a thirtieth, in 16 bits', (samples) => to16Bits(quieter(samples, 30))],
    ['clipped', (samples) => samples.map((x) => between(-1, 1)(x * 20))],
    ['after digital silence', (samples) => Float32Array.from([...new Float32Array(20_000), ...samples])],
    [
      'after a constant of one step',
      (samples) => Float32Array.from([...new Float32Array(20_000).fill(-1 / 32768), ...samples]),
    ],
    ['in noise', (samples) => samples.map((x, i) => x + hiss[i]!)],
    ['without its highs', (samples) => samples.map((x, i) => (x + (samples[i - 1] ?? 0)) / 2)],
  ];

  test.each(changes)('speech %s', (_, change) => {
    for (const samples of speech.map(change)) {
      const frontEnd = createMelFrontEnd(MEL_CONFIG);
      const mel = frontEnd.logMel(samples, 'zero');
      expect(checkMel(mel, MEL_CONFIG)).toEqual(NOTHING);
      expect(checkMel(mel, MEL_CONFIG, samples)).toEqual(NOTHING);
      const floored = frontEnd.logMel(samples, { floor: 1e-5 });
      expect(checkMel(floored, FLOORED)).toEqual(NOTHING);
      expect(checkMel(floored, FLOORED, samples)).toEqual(NOTHING);
    }
  });

  test.each<[string, Partial<MelConfig>]>([
    ['hop 512', { hop_length: 512 }],
    ['hop 1024', { hop_length: 1024 }],
    ['hop 75', { hop_length: 75 }],
    ['128 bands up to half the rate', { n_mels: 128, f_min: 0, f_max: 11025 }],
    ['windows of 1200 in 2048', { n_fft: 2048, win_length: 1200 }],
    ['40 bands at 16 kHz', { sample_rate: 16000, n_fft: 512, win_length: 400, hop_length: 160, n_mels: 40 }],
    [
      '48 kHz, where the highs are empty',
      { sample_rate: 48000, n_fft: 2048, win_length: 2048, hop_length: 600, f_max: 20000 },
    ],
  ])('speech by a front end with %s', async (_, change) => {
    const config = { ...MEL_CONFIG, ...change };
    for (const samples of speech.slice(0, 3)) {
      const resampled = await resample(samples, 22050, config.sample_rate);
      const mel = await logMel(resampled, config);
      expect(checkMel(mel, config)).toEqual(NOTHING);
      expect(checkMel(mel, config, resampled)).toEqual(NOTHING);
    }
  });

  test.each([
    ['silence', new Float32Array(22050)],
    ['noise', noise(22050)],
    ['faint noise', noise(22050, 1e-4)],
    ['a tone', sine(440, 22050, 22050)],
    ['a tone that every frame sees alike', sine(147, 22050, 22050)],
    ['clicks', Float32Array.from({ length: 22050 }, (_, i) => (i % 5000 === 0 ? 0.9 : 0))],
    ['a square wave at full scale', Float32Array.from({ length: 22050 }, (_, i) => (i % 100 < 50 ? 1 : -1))],
    ['two hops', noise(600)],
  ])('%s', async (_, samples) => {
    for (const config of [MEL_CONFIG, FLOORED]) {
      const mel = await logMel(samples, config, { silence: config === FLOORED ? { floor: 1e-5 } : 'zero' });
      expect(checkMel(mel, config)).toEqual(NOTHING);
      expect(checkMel(mel, config, samples)).toEqual(NOTHING);
    }
  });

  test('kept in bfloat16 or float16', async () => {
    for (const bits of [8, 11]) {
      const step = (value: number) => 2 ** (Math.floor(Math.log2(Math.abs(value) || 1)) - bits + 1);
      for (const samples of speech) {
        const mel = mapped(await logMel(samples, MEL_CONFIG), (value) => Math.round(value / step(value)) * step(value));
        expect(checkMel(mel, MEL_CONFIG)).toEqual(NOTHING);
        expect(checkMel(mel, MEL_CONFIG, samples)).toEqual(NOTHING);
      }
    }
  });

  test('with a frame more or two less than the recording', async () => {
    const samples = speech[0]!;
    const { data, nMels, frames } = await logMel(samples, MEL_CONFIG);
    for (const kept of [frames + 1, frames - 2]) {
      const rows = Array.from({ length: nMels }, (_, mel) =>
        Array.from({ length: kept }, (_, t) => data[mel * frames + Math.min(t, frames - 1)]!),
      );
      const mel = { data: Float32Array.from(rows.flat()), nMels, frames: kept };
      expect(checkMel(mel, MEL_CONFIG, samples)).toEqual(NOTHING);
    }
  });
});

describe('what a model cannot take is refused', () => {
  const refused = (mel: LogMel, config: Parameters<typeof checkMel>[1] = MEL_CONFIG, recording?: Float32Array) => {
    const { refusals, warnings } = checkMel(mel, config, recording);
    expect([refusals.length, warnings]).toEqual([1, []]);
    return refusals[0];
  };

  test('other bands', async () => {
    const mel = await logMel(cut(), { ...MEL_CONFIG, n_mels: 64 });
    expect(refused(mel)).toBe("expected the model's 80 bands, got 64");
  });

  test('bands and frames exchanged', async () => {
    const { data, nMels, frames } = await logMel(cut(), MEL_CONFIG);
    expect(refused({ data, nMels: frames, frames: nMels })).toBe(
      "expected [bands, frames] with the model's 80 bands, got [53, 80], which is transposed",
    );
  });

  test('no frames, and values that are not as many', () => {
    expect(refused({ data: new Float32Array(0), nMels: 80, frames: 0 })).toContain('at least one frame of 80 bands');
    expect(refused({ data: new Float32Array(79), nMels: 80, frames: 1 })).toContain('got 79 values for 1 frames');
  });

  test('values that are not finite', () => {
    const data = new Float32Array(160).fill(-1);
    data[5] = Number.NaN;
    expect(refused({ data, nMels: 80, frames: 2 })).toBe(
      'expected finite values, got 1 of 160 that are not, first NaN in band 2 of frame 1',
    );
    data[4] = -Infinity;
    const sentence =
      'expected finite values, got 2 of 160 that are not, first -Infinity in band 2 of frame 0; silence is ';
    expect(refused({ data, nMels: 80, frames: 2 })).toBe(`${sentence}0 for the model`);
    expect(refused({ data, nMels: 80, frames: 2 }, FLOORED)).toBe(`${sentence}-5 (mel_floor 0.00001) for the model`);
  });

  test.each([256, 200, 320, 275, 512])('a hop of %i, where the recording is given', async (hop) => {
    const samples = speech[1]!;
    const mel = await logMel(samples, { ...MEL_CONFIG, hop_length: hop });
    const said = `the mel has ${mel.frames} frames for ${samples.length.toLocaleString('en')} samples`;
    expect(refused(mel, MEL_CONFIG, samples)).toBe(`${said}, as with a hop of ${hop}; the model has a hop of 300`);
    expect(checkMel(mel, MEL_CONFIG)).toEqual(NOTHING);
  });
});

/** The one warning about a mel. */
function warning(mel: LogMel, config: Parameters<typeof checkMel>[1] = MEL_CONFIG, recording?: Float32Array): string {
  const { refusals, warnings } = checkMel(mel, config, recording);
  expect([refusals, warnings.length]).toEqual([[], 1]);
  return warnings[0]!;
}

describe('the numbers alone tell', () => {
  const wrong: [string, (samples: Float32Array) => LogMel, RegExp][] = [];
  const frontEnd = createMelFrontEnd(MEL_CONFIG);
  const right = (samples: Float32Array) => frontEnd.logMel(samples, 'zero');
  const add = (name: string, sentence: RegExp, make: (samples: Float32Array) => LogMel) =>
    wrong.push([name, make, sentence]);

  add(
    'natural logarithms',
    /^the values run from -\S+ to \S+ and change by \S+ .*, as natural logarithms do; .* bring to 5\.294 at most$/,
    (samples) => mapped(right(samples), (value) => value * Math.LN10),
  );
  add('natural logarithms of a quiet recording', /, as natural logarithms do; /, (samples) =>
    mapped(right(quieter(samples, 100)), (value) => value * Math.LN10),
  );
  add(
    'natural logarithms that stop at 1e-5',
    /^the values stop at -11\.51, the natural logarithm of 0\.00001; the model takes log10, which is -5 there$/,
    (samples) => mapped(frontEnd.logMel(quieter(samples, 10), { floor: 1e-5 }), (value) => value * Math.LN10),
  );
  add(
    'decibels',
    /^the values run .*, as in decibels; the model takes log10 of the power, a tenth of that$/,
    (samples) => mapped(right(samples), (value) => value * 10),
  );
  add("decibels below the loudest, as librosa's power_to_db", /, as in decibels; /, (samples) => {
    const mel = right(samples);
    const most = mel.data.reduce((a, b) => Math.max(a, b));
    return mapped(mel, (value) => Math.max(10 * (value - most), -80));
  });
  add(
    'powers without a logarithm',
    /^the values run from \S+ to \S+, half of them below \S+, as without a logarithm; the model takes log10 of the power$/,
    (samples) => mapped(right(samples), (value) => 10 ** value),
  );
  add('magnitudes without a logarithm', /, as without a logarithm; /, (samples) =>
    mapped(right(samples), (value) => 10 ** (value / 2)),
  );
  add('samples of 16 bits', /^the values run .*, as of samples from -32768 to 32767; /, (samples) =>
    right(samples.map((x) => x * 32768)),
  );
  // lmnt-com/wavegrad, preprocess.py: 20 · log10 of magnitudes, less 20, then (x + 100) / 100 between 0 and 1.
  add(
    'decibels normalised to [0, 1]',
    /, as if normalised to \[0, 1\]; the model takes log10 of the power as it is$/,
    (samples) => mapped(right(samples), (value) => between(0, 1)((10 * value - 20 + 100) / 100)),
  );
  add('decibels normalised to [-1, 1]', /, as if normalised to \[-1, 1\]; /, (samples) =>
    mapped(right(samples), (value) => between(-1, 1)((2 * (10 * value - 20 + 100)) / 100 - 1)),
  );
  // Rayhane-mamah/Tacotron-2, datasets/audio.py, with max_abs_value 4 and symmetric mels.
  add(
    'decibels normalised to [-4, 4] that stop at -4',
    /^the values lie between -4 and \S+ with many at -4, as if normalised to \[-4, 4\] or cut off at 1e-4; /,
    (samples) =>
      mapped(right(quieter(samples, 1000)), (value) => between(-4, 4)((8 * (10 * value - 20 + 100)) / 100 - 4)),
  );

  test.each(wrong)('%s', (_, make, sentence) => {
    for (const samples of speech) expect(warning(make(samples))).toMatch(sentence);
  });

  const quiet = () => quieter(speech[0]!, 30);

  test('a floor where the model has none, and another floor', async () => {
    const mel = await logMel(quiet(), MEL_CONFIG, { silence: { floor: 1e-4 } });
    expect(warning(await logMel(quiet(), MEL_CONFIG, { silence: { floor: 1e-3 } }))).toBe(
      'the values stop at -3, log10 of a floor of 0.001; the model has no mel_floor, and silence is 0 for it',
    );
    expect(warning(await logMel(quiet(), MEL_CONFIG, { silence: { floor: 2e-4 } }))).toContain('stop at -3.699; ');
    expect(checkMel(mel, { ...MEL_CONFIG, mel_floor: 1e-4 })).toEqual(NOTHING);
    expect(warning(await logMel(quiet(), MEL_CONFIG, { silence: { floor: 1e-3 } }), FLOORED)).toBe(
      "the values stop at -3, log10 of a floor of 0.001; the model's mel_floor of 0.00001 makes that -5",
    );
  });

  test('no floor where the model has one', async () => {
    expect(warning(await logMel(quiet(), MEL_CONFIG), FLOORED)).toMatch(
      /^the values go down to -\d\S+; the model's mel_floor of 0\.00001 ends them at -5$/,
    );
  });

  test('silence as 0 where the model has a floor', async () => {
    const samples = Float32Array.from([...new Float32Array(6000), ...speech[0]!]);
    expect(warning(await logMel(samples, MEL_CONFIG), FLOORED)).toMatch(
      /^silence is 0 in \d+ places; the model's mel_floor of 0\.00001 makes it -5$/,
    );
  });
});

describe('the recording tells', () => {
  const told = (mel: LogMel, recording = cut()) => warning(mel, MEL_CONFIG, recording);
  const takes = 'the model takes log10 of the power';
  const base = (slope: number | string, what: string) =>
    `the values grow by ${slope} for ten times the power, as ${what}; ${takes}, which grows by 1`;

  test.each<[string, (value: number) => number, string]>([
    ['natural logarithms', Math.log, base(Number(Math.LN10.toPrecision(4)), 'natural logarithms of the power')],
    ['natural logarithms of the root', (x) => Math.log(x) / 2, base(1.151, 'natural logarithms of magnitudes')],
    ['log10 of the root', (x) => Math.log10(x) / 2, base(0.5, 'log10 of magnitudes')],
    ['decibels', (x) => 10 * Math.log10(x), base(10, 'decibels')],
    ['[0, 1]', (x) => (10 * Math.log10(x) + 80) / 100, base(0.1, 'decibels normalised to [0, 1]')],
    ['[-1, 1]', (x) => (10 * Math.log10(x) + 80) / 50 - 1, base(0.2, 'decibels normalised to [-1, 1]')],
    ['[-4, 4]', (x) => (8 * (10 * Math.log10(x) + 80)) / 100 - 4, base(0.8, 'decibels normalised to [-4, 4]')],
    ['mean 0', (x) => (Math.log10(x) + 1) / 1.5, base(0.6667, 'some normalised mels do')],
    ['powers', (x) => x, `the values are powers without a logarithm; ${takes}`],
    ['roots', Math.sqrt, `the values are magnitudes without a logarithm; ${takes}`],
    [
      '16 bits',
      (x) => Math.log10(x * 32768 ** 2),
      'the mel is that of samples from -32768 to 32767; the model takes samples from -1 to 1',
    ],
    [
      '6 dB more',
      (x) => Math.log10(x * 4),
      'the mel is 6.0 dB louder than the recording; the model takes both at the same level, 0 dB apart',
    ],
    [
      '20 dB less',
      (x) => Math.log10(x / 100),
      'the mel is 20.0 dB quieter than the recording; the model takes both at the same level, 0 dB apart',
    ],
  ])('%s', (_, log, sentence) => {
    expect(told(otherwise({}, log))).toBe(sentence);
  });

  test('bands of magnitudes', () => {
    expect(told(otherwise({ power: 1 }))).toBe(base(0.5, 'log10 of magnitudes'));
  });

  test.each<[string, Partial<Otherwise>, string, string]>([
    ['up to half the rate', { f_max: 11025 }, 'bands from 80 to 11025 Hz', 'bands from 80 to 8000 Hz'],
    ['from 0 Hz', { f_min: 0 }, 'bands from 0 to 8000 Hz', 'bands from 80 to 8000 Hz'],
    ["on Slaney's scale", { slaney: true }, "Slaney's mel scale", "HTK's mel scale"],
    ['of equal area', { equalArea: true }, 'bands of equal area', 'bands of equal height'],
    [
      'by other windows',
      { n_fft: 2048, win_length: 1200 },
      'n_fft 2048, win_length 1200',
      'n_fft 1024, win_length 1024',
    ],
    ['half a hop later', { halfHopLater: true }, 'frames from half a hop on', 'frames from the first sample on'],
  ])('bands %s', (_, change, theirs, ours) => {
    const sentence = told(otherwise(change));
    expect(sentence.replaceAll(/\d\.\d{4}/g, '#')).toBe(
      `the mel fits ${theirs} best (correlation #); the model has ${ours} (#)`,
    );
    const [found, own] = [...sentence.matchAll(/\d\.\d{4}/g)].map(([number]) => Number(number));
    expect(found).toBeGreaterThan(0.999);
    expect(own).toBeLessThan(0.999);
  });

  // jik876/hifi-gan, meldataset.py: natural logarithms of magnitudes of at least 1e-5, librosa's filters, frames half a hop later.
  test('all that differs in the mels of HiFi-GAN, at another hop', () => {
    const change = { slaney: true, equalArea: true, power: 1, halfHopLater: true, f_min: 0, hop_length: 256 } as const;
    const mel = otherwise(change, (x) => Math.log(Math.max(x, 1e-5)));
    const { refusals, warnings } = checkMel(mel, MEL_CONFIG, cut());
    expect(refusals).toEqual([
      'the mel has 62 frames for 16,000 samples, as with a hop of 256; the model has a hop of 300',
    ]);
    expect(warnings).toEqual([
      base(1.151, 'natural logarithms of magnitudes'),
      expect.stringMatching(
        /^the mel fits bands from 0 to 8000 Hz, Slaney's mel scale, bands of equal area, frames from half a hop on best /,
      ),
    ]);
  });

  test('that it is another one', async () => {
    const mel = await logMel(speech[1]!.subarray(0, 16_000), MEL_CONFIG);
    expect(told(mel)).toMatch(
      /^the mel is unlike what the model's front end makes of the recording: the correlation is -?0\.\d{3}, where 1 was expected$/,
    );
  });

  test('nothing better where bands are of no usual range', () => {
    expect(told(otherwise({ f_max: 7000 }))).toContain('the mel is unlike what');
  });

  test('another length that no usual hop explains', async () => {
    const mel = await logMel(speech[0]!, MEL_CONFIG);
    const recording = new Float32Array(mel.frames * 289);
    expect(told(mel, recording)).toBe(
      `the mel has ${mel.frames} frames for ${recording.length.toLocaleString('en')} samples; with the model's hop of 300 they would be ${Math.floor(recording.length / 300)}`,
    );
  });

  test('nothing where it is too short: that is an error', async () => {
    const mel = await logMel(noise(900), MEL_CONFIG);
    expect(() => checkMel(mel, MEL_CONFIG, noise(500))).toThrow(InputError);
  });
});
