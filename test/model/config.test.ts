import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { InputError } from '../../src/formats/input-error.ts';
import { parseConfig, type WaveGradConfig } from '../../src/model/config.ts';
import { loadConfig } from '../../src/model/load-config.ts';
import { buildWaveGrad } from '../../src/model/wavegrad.ts';
import { refusal } from '../formats/refusal.ts';
import { survivesMutations } from '../mutations.ts';
import { defaultConfig, readJson, tinyConfig } from './tiny.ts';

type Section = 'model_config' | 'data_config';

const whole = readJson(defaultConfig) as WaveGradConfig;
const folder = mkdtempSync(join(tmpdir(), 'wavegrad-config-'));

afterAll(() => rmSync(folder, { recursive: true }));

/** The default configuration with some fields of one section set otherwise. */
function changed(section: Section, fields: Record<string, unknown>): unknown {
  return { ...whole, [section]: { ...whole[section], ...fields } };
}

const refuse = (config: unknown) => refusal(() => parseConfig(config, 'config.json'));

test.each([defaultConfig, tinyConfig])("the reference's %s is read as it is", async (path) => {
  expect(await loadConfig(path)).toEqual(readJson(path));
});

test('training_config and dist_config may be left out', () => {
  const { model_config, data_config } = whole;
  expect(parseConfig({ model_config, data_config }, 'config.json')).toEqual({ model_config, data_config });
});

const fields = (['model_config', 'data_config'] as const).flatMap((section) =>
  Object.keys(whole[section]).map((field) => [section, field] as const),
);

test.each(fields)('%s.%s is named where it is missing', (section, field) => {
  expect(refuse(changed(section, { [field]: undefined }))).toMatch(
    new RegExp(`^config\\.json: ${section}\\.${field}: .*expected (number|array), received undefined`),
  );
});

test.each(fields)('%s.%s is named where it is text', (section, field) => {
  expect(refuse(changed(section, { [field]: 'many' }))).toMatch(
    new RegExp(`^config\\.json: ${section}\\.${field}: .*expected (number|array), received string`),
  );
});

test.each([
  ['model_config.factors.1', changed('model_config', { factors: [5, 2.5, 3, 2, 4] }), /expected int/],
  ['model_config.factors.0', changed('model_config', { factors: [0, 5, 3, 2, 2] }), /expected number to be >0, got 0$/],
  ['data_config.n_mels', changed('data_config', { n_mels: -80 }), /expected number to be >0, got -80$/],
  ['data_config.hop_length', changed('data_config', { hop_length: null }), /expected number, received null/],
  ['data_config.f_min', changed('data_config', { f_min: -1 }), /expected number to be >=0, got -1$/],
  ['data_config.mel_floor', changed('data_config', { mel_floor: 0 }), /expected number to be >0, got 0$/],
  ['model_config.factors', changed('model_config', { factors: [300] }), /expected array to have >=2 items, got 1$/],
  [
    'model_config.upsampling_dilations.0',
    changed('model_config', { upsampling_dilations: [[1, 2, 4], ...whole.model_config.upsampling_dilations.slice(1)] }),
    /expected array to have exactly 4 items, got 3$/,
  ],
  ['model_config', changed('model_config', { factor: 3 }), /Unrecognized key: "factor"$/],
  ['data_config', changed('data_config', { window: 3 }), /Unrecognized key: "window"$/],
  ['', { ...whole, extra: 1 }, /Unrecognized key: "extra"$/],
  ['', [], /expected object, received array$/],
  ['', null, /expected object, received null$/],
  ['model_config', {}, /expected object, received undefined$/],
])('%j is named with what was expected and what came', (field, config, message) => {
  const where = ['config\\.json', field].filter(Boolean).join(': ');
  expect(refuse(config)).toMatch(new RegExp(`^${where}: .*${message.source}`));
});

const disagreements: (readonly [what: string, config: unknown, message: string])[] = [
  [
    'a product of factors that is not the hop',
    changed('model_config', { factors: [5, 5, 3, 2, 4] }),
    'the product of model_config.factors is 600, but data_config.hop_length is 300',
  ],
  ...(
    [
      ['upsampling_out_channels', 5],
      ['upsampling_dilations', 5],
      ['downsampling_out_channels', 4],
      ['downsampling_dilations', 4],
    ] as const
  ).map(
    ([field, wanted]) =>
      [
        `one of ${field} too few`,
        changed('model_config', { [field]: whole.model_config[field].slice(1) }),
        `model_config.${field} has ${wanted - 1} entries, but ${wanted} go with 5 factors`,
      ] as const,
  ),
  [
    'an odd number of channels to encode the noise level in',
    changed('model_config', { downsampling_out_channels: [128, 127, 256, 512] }),
    'model_config: downsampling channels must be even for the noise-level encoding, got 127',
  ],
  [
    'a window longer than the transform',
    changed('data_config', { win_length: 2048 }),
    'data_config.win_length is 2048, more than n_fft, 1024',
  ],
  ['a band upside down', changed('data_config', { f_min: 8000 }), 'data_config.f_min is 8000, not below f_max, 8000'],
  [
    'a band beyond half the sample rate',
    changed('data_config', { f_max: 12000 }),
    'data_config.f_max is 12000, above half the sample_rate, 11025',
  ],
];

test.each(disagreements)('%s is refused with both numbers', (_, config, message) => {
  expect(refuse(config)).toBe(`config.json: ${message}`);
});

test.each([
  ['no such file', undefined, /: the config cannot be read: there is no such file$/],
  ['a file that is not JSON', '{"model_config": ', /: not JSON: /],
  ['an empty file', '', /: not JSON: /],
])('%s is refused with its path', async (what, text, message) => {
  const path = join(folder, `${what}.json`);
  if (text !== undefined) writeFileSync(path, text);
  const refused = await loadConfig(path).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(InputError);
  expect((refused as InputError).message).toMatch(message);
  expect((refused as InputError).message.startsWith(`${path}: `)).toBe(true);
  expect((refused as InputError).message).not.toContain('\n');
});

test('a folder is refused as a config', async () => {
  await expect(loadConfig(folder)).rejects.toThrow(
    new InputError(`${folder}: the config cannot be read: it is a folder`),
  );
});

test('damaged files are read or refused, and what is read is a network', async () => {
  const path = join(folder, 'damaged.json');
  const read = async (bytes: Uint8Array) => {
    writeFileSync(path, bytes);
    buildWaveGrad(await loadConfig(path)).parameters();
  };
  expect(await survivesMutations([readFileSync(defaultConfig), readFileSync(tinyConfig)], read)).toBeGreaterThan(1000);
});
