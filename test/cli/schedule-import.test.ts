import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { writePyTorch } from '../../src/formats/pytorch-writer.ts';
import { writeSafetensors } from '../../src/formats/safetensors.ts';
import { loadModel } from '../../src/model/model.ts';
import { loadSchedule } from '../../src/schedule/file.ts';
import { bufferedBetas, readJson, tinyConfig, tinyWeights, trainingCheckpoint } from '../model/tiny.ts';
import { sandbox } from './sandbox.ts';

const { at, shell, examples, loadedBy } = sandbox('schedule-import');

beforeAll(() => {
  copyFileSync(tinyConfig, at('config.json'));
  writeFileSync(at('checkpoint.pt'), trainingCheckpoint());
});
beforeEach(() => rmSync(at('model'), { recursive: true, force: true }));

const inModel = (...path: string[]) => at('model', ...path);

function refusedOn(line: string): string {
  const { status, stdout, stderr } = shell(line);
  expect([status, stdout]).toEqual([1, '']);
  return stderr;
}

describe('a training checkpoint', () => {
  test('becomes a folder with weights, config, card and schedule', async () => {
    const { status, stdout, stderr } = shell('schedule-import checkpoint.pt -o model/');
    expect([status, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      'checkpoint.pt: 26,069 parameters, after 70,000 training steps, written as float32.\n' +
        '22050 Hz, hop 300, 80 mel bands from 80 to 8000 Hz.\n' +
        'The schedule in its buffers, 6 steps, is checkpoint-6.\n' +
        'Model: model/\n',
    );
    expect(readdirSync(inModel()).toSorted()).toEqual(['README.md', 'config.json', 'model.safetensors', 'schedules']);
    expect(readJson(inModel('config.json'))).toEqual(readJson(tinyConfig));
    expect(readFileSync(inModel('README.md'), 'utf8')).toContain('| training steps | 70,000 |');
    const schedule = await loadSchedule('checkpoint-6', { model: inModel() });
    expect([schedule.name, schedule.betas]).toEqual(['checkpoint-6', [...bufferedBetas]]);
    const model = await loadModel(inModel());
    expect(model.parameterCount).toBe(26_069);
    await model.dispose();
  });

  test('--json gives the facts', () => {
    const { stdout } = shell('schedule-import checkpoint.pt --out model --json');
    expect(JSON.parse(stdout)).toMatchObject({
      folder: 'model',
      source: { name: 'checkpoint.pt', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      parameterCount: 26_069,
      iteration: 70_000,
      prefix: '',
      precision: 'float32',
      schedule: { name: 'checkpoint-6', steps: 6 },
    });
  });

  test('--half makes the weights half as large', () => {
    shell('schedule-import checkpoint.pt -o model --half');
    // 26,069 numbers of two bytes, after a header of some kilobytes.
    expect(readFileSync(inModel('model.safetensors')).length - 26_069 * 2).toBeLessThan(20_000);
  });

  test('the same command makes the same files', () => {
    const bytes = () => ['README.md', 'config.json', 'model.safetensors'].map((name) => readFileSync(inModel(name)));
    shell('schedule-import checkpoint.pt -o model');
    const first = bytes();
    expect(shell('schedule-import checkpoint.pt -o model --force').status).toBe(0);
    expect(bytes()).toEqual(first);
  });

  test('a prefix of its names is said', () => {
    writeFileSync(at('parallel.pt'), trainingCheckpoint({ prefix: 'module.' }));
    expect(shell('schedule-import parallel.pt -o model').stdout).toContain(
      '\nIts names begin with module., which is left out.\n',
    );
  });

  test('float64 weights are said to be rounded', () => {
    const doubles = [...tinyWeights()].map(
      ([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data) }] as const,
    );
    writeFileSync(at('double.pt'), writePyTorch(new Map(doubles)));
    expect(shell('schedule-import double.pt -o model').stdout).toContain(
      ' written as float32.\n22050 Hz, hop 300, 80 mel bands from 80 to 8000 Hz.\nIts float64 weights were rounded to float32.\n',
    );
    expect(readFileSync(inModel('README.md'), 'utf8')).toContain('26,069, as float32, rounded from float64 |');
  });

  test("the noise of its training is in the card, and the reference's defaults with it", () => {
    const row = (schedule: object) => {
      const training_config = { training_noise_schedule: schedule };
      writeFileSync(at('noise.json'), JSON.stringify({ ...(readJson(tinyConfig) as object), training_config }));
      const { status, stderr } = shell('schedule-import checkpoint.pt -o model --config noise.json --force');
      expect([status, stderr]).toEqual([0, '']);
      return /^\| trained noise \| (.*) \|$/m.exec(readFileSync(inModel('README.md'), 'utf8'))?.[1];
    };
    // ᾱ = 0.9 and 0.9 · 0.8 · 0.7 = 0.504.
    expect(row({ n_iter: 3, betas_range: [0.1, 0.3] })).toBe(
      '3 steps, betas from 0.1 to 0.3: levels from 0.9487 down to 0.7099',
    );
    expect(row({ n_iter: 1000 })).toBe('1,000 steps, betas from 0.000001 to 0.01: levels from 1 down to 0.08138');
  });

  test('noise of a training that cannot be understood is said, and the rest imported', () => {
    const training_config = { training_noise_schedule: { n_iter: 200_000, betas_range: [1e-6, 1e-2] } };
    writeFileSync(at('long.json'), JSON.stringify({ ...(readJson(tinyConfig) as object), training_config }));
    const line = 'schedule-import checkpoint.pt -o model --config long.json --force';
    const why = 'training_config.training_noise_schedule.n_iter: Too big: expected number to be <=100000, got 200000';
    expect(shell(line)).toMatchObject({
      status: 0,
      stderr: `long.json: ${why}; the reference's range is used\n`,
    });
    expect(readFileSync(inModel('README.md'), 'utf8')).toContain(`| trained noise | not known: config.json: ${why} |`);
    expect(shell(`${line} --quiet`).stderr).toBe('');
  });

  test('buffers that are no schedule are said and left', () => {
    writeFileSync(at('odd.pt'), trainingCheckpoint({ betas: Float32Array.of(0.1, 1.5) }));
    const { status, stderr } = shell('schedule-import odd.pt -o model');
    expect([status, stderr]).toEqual([
      0,
      "The checkpoint's buffer betas holds no schedule: schedule checkpoint-2: beta_2 must lie strictly between 0 and 1, got 1.5.\n",
    ]);
    expect(existsSync(inModel('schedules'))).toBe(false);
    expect(readFileSync(inModel('README.md'), 'utf8')).toContain('| schedule in the checkpoint | none |');
  });
});

describe('a folder that is there', () => {
  test('may be empty, or have schedules, which stay', async () => {
    mkdirSync(inModel('schedules'), { recursive: true });
    writeFileSync(inModel('schedules', 'best-6.json'), '[0.1]');
    expect(shell('schedule-import checkpoint.pt -o model').status).toBe(0);
    expect(readFileSync(inModel('schedules', 'best-6.json'), 'utf8')).toBe('[0.1]');
    expect((await loadSchedule(inModel('schedules', 'checkpoint-6.json'))).length).toBe(6);
  });

  test.each([['notes.txt'], ['model.safetensors'], ['schedules/checkpoint-6.json']])(
    'with %s is only written into with --force',
    (name) => {
      mkdirSync(inModel('schedules'), { recursive: true });
      writeFileSync(inModel(name), '[0.1]');
      const before = readdirSync(inModel());
      expect(refusedOn('schedule-import checkpoint.pt -o model')).toBe(
        `schedule-import: model: expected a new or empty folder, got one with ${name}; --force writes into it\n`,
      );
      expect(readdirSync(inModel())).toEqual(before);
      expect(readFileSync(inModel(name), 'utf8')).toBe('[0.1]');
      expect(shell('schedule-import checkpoint.pt -o model --force').status).toBe(0);
      expect(readJson(inModel('config.json'))).toEqual(readJson(tinyConfig));
    },
  );

  test('that is a file is an error', () => {
    writeFileSync(at('file'), '');
    expect(refusedOn('schedule-import checkpoint.pt -o file')).toBe(
      'schedule-import: file: expected a folder for the model, got a file\n',
    );
  });
});

describe('nothing is written where', () => {
  test.each([
    [
      'the checkpoint is a schedule',
      'ivanvovk-6.json',
      'expected a PyTorch checkpoint (zip format) or safetensors, got neither',
    ],
    ['there is no checkpoint', 'none.pt', 'expected a model folder or a checkpoint, but there is nothing'],
  ])('%s', (_, name, sentence) => {
    writeFileSync(at('ivanvovk-6.json'), '{"betas": [0.1, 0.2]}');
    expect(refusedOn(`schedule-import ${name} -o model`)).toBe(`schedule-import: ${name}: ${sentence}\n`);
    expect(existsSync(inModel())).toBe(false);
  });

  test('the config is of another network', () => {
    const config = readJson(tinyConfig) as { data_config: { n_mels: number } };
    config.data_config.n_mels = 128;
    writeFileSync(at('other.json'), JSON.stringify(config));
    expect(refusedOn('schedule-import checkpoint.pt -o model --config other.json')).toContain(
      "checkpoint.pt: it takes 80 mel bands, but the config's n_mels is 128 (",
    );
    expect(existsSync(inModel())).toBe(false);
  });

  test('there is no config', () => {
    mkdirSync(at('alone'), { recursive: true });
    writeFileSync(at('alone/checkpoint.safetensors'), writeSafetensors(tinyWeights()));
    expect(refusedOn('schedule-import alone/checkpoint.safetensors -o model')).toBe(
      'schedule-import: alone/checkpoint.safetensors: expected the config.json of its training beside it, but there is none; ' +
        '--config says where it is\n',
    );
    expect(existsSync(inModel())).toBe(false);
  });
});

test.each([
  ['-o model', 'one checkpoint was expected, got none'],
  ['a.pt b.pt -o model', 'one checkpoint was expected, got a.pt b.pt'],
  ['checkpoint.pt', 'Missing required argument: out'],
])('%s is used wrongly: exit 2', (args, sentence) => {
  expect(shell(`schedule-import ${args}`)).toMatchObject({
    status: 2,
    stdout: '',
    stderr: `schedule-import: ${sentence}\nTry schedule-import --help.\n`,
  });
});

test('every example of --help runs', () => {
  copyFileSync(at('checkpoint.pt'), at('lj.pt'));
  const commands = examples();
  expect(commands).toHaveLength(4);
  for (const example of commands) expect([example, shell(example).status]).toEqual([example, 0]);
});

test('it loads neither an engine nor audio code', () => {
  const loaded = loadedBy('schedule-import checkpoint.pt -o model');
  expect(loaded).toContain('/dist/model/wavegrad.js');
  expect(loaded).not.toMatch(
    /\/node_modules\/(mathjs|onnxruntime-|protobufjs|@tensorflow|fft\.js|@alexanderolsen|piscina)/,
  );
});
