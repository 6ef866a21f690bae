import { expect, test } from 'vitest';
import { modelCard } from '../../src/model/card.ts';
import { parseConfig } from '../../src/model/config.ts';
import { defaultConfig, readJson } from './tiny.ts';

const config = parseConfig(readJson(defaultConfig), 'config.json');

const facts = {
  source: { name: 'checkpoint_70000.pt', bytes: 189_902_149, sha256: 'ab'.repeat(32) },
  config,
  parameterCount: 15_810_401,
  iteration: 70_000,
  prefix: '',
  precision: 'float32',
  fromFloat64: false,
  schedule: { name: 'checkpoint-1000', steps: 1000 },
  // sqrt of the product of 1 − β over numpy.linspace(1e-6, 1e-2, 1000), in float64, and of its first factor.
  trained: { steps: 1000, firstBeta: 1e-6, lastBeta: 1e-2, firstLevel: 0.9999995, terminalLevel: 0.0813817 },
} as const;

/** The table of a card, by what each row is about. */
function rows(card: string): Record<string, string> {
  return Object.fromEntries([...card.matchAll(/^\| (.+?) \| (.*) \|$/gm)].map(([, what, value]) => [what, value]));
}

test('says what is known of a model', () => {
  expect(rows(modelCard(facts))).toEqual({
    what: 'value',
    '---': '---',
    source: '`checkpoint_70000.pt`, 189,902,149 bytes',
    'SHA-256 of the source': `\`${'ab'.repeat(32)}\``,
    parameters: '15,810,401, as float32',
    'training steps': '70,000',
    'trained noise': '1,000 steps, betas from 0.000001 to 0.01: levels from 1 down to 0.08138',
    'sample rate': '22,050 Hz',
    hop: '300 samples',
    'window, FFT': '1024 and 1024 samples',
    'mel bands': '80, from 80 to 8000 Hz',
    'smallest mel power': 'none: silence is 0, as in the reference',
    'schedule in the checkpoint': '1000 steps, `checkpoint-1000`',
  });
});

test('says what is not known, and what was left out', () => {
  const { model_config, data_config } = config;
  const card = modelCard({
    ...facts,
    config: { model_config, data_config: { ...data_config, mel_floor: 1e-5 } },
    trained: 'not said by the config',
    iteration: undefined,
    schedule: undefined,
    prefix: 'module.',
    precision: 'float16',
  });
  expect(rows(card)).toMatchObject({
    source: '`checkpoint_70000.pt`, 189,902,149 bytes, its names without their prefix `module.`',
    parameters: '15,810,401, as float16',
    'training steps': 'not said by the checkpoint',
    'trained noise': 'not said by the config',
    'smallest mel power': '0.00001',
    'schedule in the checkpoint': 'none',
  });
});

test('levels are shown with four digits', () => {
  const trained = { steps: 3, firstBeta: 0.1, lastBeta: 0.3, firstLevel: 0.948683298, terminalLevel: 0.70992957 };
  expect(rows(modelCard({ ...facts, trained }))['trained noise']).toBe(
    '3 steps, betas from 0.1 to 0.3: levels from 0.9487 down to 0.7099',
  );
});

test('why the trained noise is not known does not break the table', () => {
  expect(rows(modelCard({ ...facts, trained: 'not known: a|b' }))['trained noise']).toBe('not known: a?b');
});

test('weights that were rounded are said', () => {
  expect(rows(modelCard({ ...facts, fromFloat64: true })).parameters).toBe(
    '15,810,401, as float32, rounded from float64',
  );
});

test('begins with front matter, as model hubs read it', () => {
  expect(modelCard(facts)).toMatch(
    /^---\nlibrary_name: wavegrad-schedules\npipeline_tag: [a-z-]+\ntags:\n( {2}- [a-z]+\n)+---\n\n# A WaveGrad vocoder for 80 mel bands at 22,050 Hz\n/,
  );
});

test('a name of a file or tensor does not break the table', () => {
  const card = modelCard({ ...facts, source: { ...facts.source, name: 'a|b`c\nd' }, prefix: 'x|`\n.' });
  expect(rows(card).source).toBe('`a?b?c?d`, 189,902,149 bytes, its names without their prefix `x???.`');
});
