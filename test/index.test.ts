import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import {
  expandSchedule,
  fibonacci,
  fillNormal,
  loadModel,
  loadSchedule,
  logMel,
  readAudio,
  referenceGrid,
  resample,
  sample,
  writeWav,
} from '../src/index.ts';

const CLIP = fileURLToPath(new URL('../experiments/demo/clips/score/ru_0104.flac', import.meta.url));
const tiny = (name: string) => fileURLToPath(new URL(`fixtures/reference-tiny/${name}`, import.meta.url));
const golden = JSON.parse(readFileSync(tiny('golden.json'), 'utf8')) as Record<string, { data: number[] }>;
const tensor = (name: string) => Float32Array.from(golden[name]!.data);

function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  return Math.max(...Array.from(a, (x, i) => Math.abs(x - b[i]!)));
}

test('loadModel takes a checkpoint and a config, and predictNoise gives the golden noise', async () => {
  const model = await loadModel(tiny('checkpoint.pt'), tiny('config.json'));
  const predicted = await model.predictNoise({
    signal: tensor('forward/y'),
    mels: tensor('forward/mels'),
    noiseLevels: tensor('forward/noise_level'),
    batch: 2,
  });
  const expected = tensor('forward/eps');
  const magnitude = Math.max(...expected.map(Math.abs));
  expect(largestDifference(predicted, expected)).toBeLessThan(1e-4 * magnitude);
  await model.dispose();
});

test('logMel gives the golden mel, nothing padded, silence as 0 unless told otherwise', async () => {
  const { data_config: config } = JSON.parse(readFileSync(tiny('config.json'), 'utf8'));
  const mel = await logMel(tensor('mel/audio'), config);
  expect([mel.nMels, mel.frames]).toEqual([80, 20]);
  expect(largestDifference(mel.data, tensor('mel/log10'))).toBeLessThan(1e-4);
  const silence = new Float32Array(3000);
  expect(new Set((await logMel(silence, config)).data)).toEqual(new Set([0]));
  expect(new Set((await logMel(silence, config, { silence: { floor: 1e-5 } })).data)).toEqual(new Set([-5]));
});

test('schedules come from formulas, grids, presets and others', async () => {
  expect(largestDifference([...fibonacci(1e-6, 2e-6, 4)], [1e-6, 2e-6, 3e-6, 5e-6])).toBeLessThan(1e-18);
  expect(referenceGrid(6, [1e-6, 1e-2]).length).toBe(35113);
  const preset = await loadSchedule('ivanvovk-25');
  const expanded = expandSchedule(preset, 50, 'split');
  expect(expanded.levels.at(-1)).toBeCloseTo(preset.levels.at(-1)!, 12);
});

test('the README’s example of the library turns a recording into mels and back into audio', async () => {
  const model = await loadModel(tiny('checkpoint.pt'));
  const { sample_rate: rate, hop_length: hop } = model.config.data_config;
  const recording = await readAudio(CLIP);
  const audio = await resample(recording.samples, recording.sampleRate, rate);
  const mel = await logMel(audio, model.config.data_config);
  const schedule = await loadSchedule('fastdiff-6');
  const samples = mel.frames * hop;
  const speech = await sample({
    predictNoise: model.predictNoise,
    betas: schedule.betas,
    mels: mel.data,
    batch: 1,
    samples,
    noise: (k) => fillNormal(new Float32Array(samples), { seed: 0, purpose: 'inference', clip: 0, replicate: 0, k }),
  });
  expect(speech).toHaveLength(Math.floor(audio.length / hop) * hop);
  expect(speech.every((x) => Math.abs(x) <= 1)).toBe(true);
  expect(writeWav(speech, rate, 'pcm16')).toHaveLength(44 + 2 * samples);
  await model.dispose();
});
