import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { readAudio } from '../../src/audio/decode.ts';
import { type LogMel, logMel } from '../../src/audio/mel.ts';
import { writeMel } from '../../src/audio/mel-file.ts';
import { writeWav } from '../../src/audio/wav.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { checkSource, readSource } from '../../src/inference/source.ts';
import { DEMO } from '../../src/model/demo.ts';
import { loadConfig } from '../../src/model/load-config.ts';

const CLIP = fileURLToPath(new URL('../../experiments/demo/clips/score/ru_0104.flac', import.meta.url));
const { data_config: config } = await loadConfig(join(DEMO, 'config.json'));
const { samples: speech } = await readAudio(CLIP);
const right = await logMel(speech, config);

const folder = mkdtempSync(join(tmpdir(), 'source-'));
afterAll(() => rmSync(folder, { recursive: true }));

function melFile(name: string, mel: LogMel, made: object = {}): string {
  const path = join(folder, `${name}.safetensors`);
  writeFileSync(path, writeMel(mel, 'safetensors', made));
  return path;
}

const check = (path: string) => checkSource({ kind: 'mel', path }, config);

test("a mel of the model's own front end passes", async () => {
  expect(await check(melFile('right', right, config))).toEqual({ frames: right.frames, warnings: [] });
});

describe('what the model cannot take is refused with both numbers', () => {
  test.each([
    ['bands', { n_mels: 64 }, "expected the model's 80 bands, got 64"],
    ['a hop', { hop_length: 160 }, 'the mel was made with hop_length 160 samples; the model has 200 samples'],
    ['a range', { f_max: 7600 }, 'the mel was made with f_max 7600 Hz; the model has 8000 Hz'],
  ])('%s', async (_, change, sentence) => {
    const made = { ...config, ...change };
    const path = melFile('wrong', await logMel(speech, made), made);
    await expect(check(path)).rejects.toThrow(InputError);
    await expect(check(path)).rejects.toThrow(sentence);
  });
});

describe('what can be tried is warned of', () => {
  test('natural logarithms', async () => {
    const path = melFile('natural', { ...right, data: right.data.map((value) => value * Math.LN10) });
    const { warnings } = await check(path);
    // The demo's floor is 1e-5, whose natural logarithm is -11.51.
    expect(warnings).toEqual([
      expect.stringContaining('-11.51, the natural logarithm of 0.00001; the model takes log10'),
    ]);
  });

  test('another floor', async () => {
    const { warnings } = await check(melFile('floor', await logMel(speech, config, { silence: { floor: 1e-3 } })));
    expect(warnings).toEqual([
      "the values stop at -3, log10 of a floor of 0.001; the model's mel_floor of 0.00001 makes that -5",
    ]);
  });
});

test("a recording is resampled to the model's rate, and its mel made as the model's are", async () => {
  const path = join(folder, 'double.wav');
  const rate = 2 * config.sample_rate;
  writeFileSync(path, writeWav(new Float32Array(9000).fill(0.1), rate, 'float32'));
  const { mel, recording } = await readSource({ kind: 'recording', path }, config);
  expect(recording).toMatchObject({ samples: { length: 4500 }, about: { name: path, channels: 1, sampleRate: rate } });
  expect(mel).toEqual(await logMel(recording!.samples, config));
  expect(await checkSource({ kind: 'recording', path }, config)).toMatchObject({ frames: 22, warnings: [] });
});

test('a recording that is too short for a frame is refused by name', async () => {
  const path = join(folder, 'short.wav');
  writeFileSync(path, writeWav(new Float32Array(90), config.sample_rate, 'float32'));
  await expect(readSource({ kind: 'recording', path }, config)).rejects.toThrow(`${path}: audio: expected`);
});
