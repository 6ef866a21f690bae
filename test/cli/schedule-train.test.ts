import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/model.ts';
import type { TestResult } from '../../src/training/run-state.ts';
import { checkpointSteps, checkWhole, eventsOf, textOf } from '../training/run-files.ts';
import { sandbox } from './sandbox.ts';
import { writeTinyConfig, writeTrainFolder } from './train-folder.ts';

const { at, shell, examples, loadedBy } = sandbox('schedule-train');

// Epochs of two steps: a test after every 8, and an end after 14.
beforeAll(() => writeTrainFolder(at, { test_interval: 4, n_epoch: 7, n_samples_to_test: 1, use_fp16: true }));

/** The lines of messages, without those that a slow machine shows now and then. */
function messages(stderr: string): string[] {
  return stderr.split('\n').filter((line) => !/^(reading|step|testing)\b/.test(line));
}

const toSixDigits = (value: number | undefined) => `${Number(value!.toPrecision(6))}`;

interface Said {
  readonly how: string;
  readonly step: number;
  readonly best: TestResult;
  readonly tests: TestResult[];
}

describe('a run', { timeout: 120_000 }, () => {
  let stdout: string;
  let stderr: string;
  let said: Said;

  beforeAll(() => {
    const ended = shell('schedule-train -c config.json --steps 10 --json');
    ({ stdout, stderr } = ended);
    expect([ended.status, ended.stderr.includes('schedule-train:')]).toEqual([0, false]);
    said = JSON.parse(stdout) as Said;
  });

  test('says what it trains on what, each test, and that half precision is ignored', () => {
    expect(messages(stderr)).toEqual([
      'use_fp16 is ignored: the CPU computes in float32.',
      // Four and two of 3,000 samples.
      expect.stringMatching(
        /^26,069 weights; 4 recordings of 0\.5 s to train on, 2 of 0\.3 s to test on; batches of 2 × 1,200 samples on cpu, /,
      ),
      'Run: run',
      expect.stringMatching(
        /^Test after 8 steps: loss \d\.\d{4}, the best so far, in training \d\.\d{4}; waveform L1 \d\.\d{4}, mel L1 \d\.\d{4}, real-time factor \d+\.\d\d$/,
      ),
      expect.stringMatching(/^Test after 10 steps: /),
      '',
    ]);
  });

  test('leaves a model that every command takes: the best of its tests', async () => {
    expect(said).toMatchObject({ how: 'finished', step: 10 });
    const losses = said.tests.map(({ validationLoss }) => validationLoss);
    expect(said.best.validationLoss).toBe(Math.min(...losses));
    const model = await loadModel(at('run'));
    expect(model.parameterCount).toBe(26_069);
    await model.dispose();
    const best = at('run', 'checkpoints', `step-${String(said.best.step).padStart(8, '0')}`, 'model.safetensors');
    expect(readFileSync(at('run', 'model.safetensors'))).toEqual(readFileSync(best));
    expect(readFileSync(at('run', 'config.json'))).toEqual(readFileSync(at('config.json')));
  });

  test('leaves checkpoints, and the curve of its tests', () => {
    expect(checkpointSteps(at('run'))).toEqual([0, 8, 10]);
    checkWhole(at('run'));
    const rows = parse<Record<string, string>>(readFileSync(at('run', 'training.csv')), { columns: true });
    expect(rows.map(({ step, validation_loss: loss, mel_l1: mel }) => [step, loss, mel])).toEqual(
      said.tests.map(({ step, validationLoss, melL1 }) => [`${step}`, toSixDigits(validationLoss), toSixDigits(melL1)]),
    );
  });

  test('leaves an event file with numbers, sound, pictures and the config', () => {
    const [events, ...more] = eventsOf(at('run'));
    expect(more).toEqual([]);
    const tagged = (tag: string) => events!.filter((event) => event.tag === tag);
    for (const tag of ['loss', 'gradient_norm', 'learning_rate', 'steps_per_second', 'waiting']) {
      expect(tagged(`training/${tag}`).at(-1)!.step).toBe(10);
    }
    for (const [tag, field] of [
      ['loss', 'validationLoss'],
      ['waveform_l1', 'waveformL1'],
      ['mel_l1', 'melL1'],
      ['real_time_factor', 'realTimeFactor'],
    ] as const) {
      expect(tagged(`test/${tag}`).map(({ step, scalar }) => [step, scalar])).toEqual(
        said.tests.map((each) => [each.step, Math.fround(each[field]!)]),
      );
    }
    for (const tag of ['truth', 'generated']) {
      expect(tagged(`recording_0/${tag}`).map(({ step, audio }) => [step, audio !== undefined])).toEqual([
        [8, true],
        [10, true],
      ]);
    }
    expect(tagged('recording_0/mels').every(({ image }) => image !== undefined)).toBe(true);
    expect(textOf(tagged('config')[0]!)).toBe(`\`\`\`json\n${readFileSync(at('config.json'), 'utf8')}\n\`\`\``);
  });

  test('that is finished says so with its result, and does nothing', () => {
    const files = readdirSync(at('run'));
    const again = shell('schedule-train -c config.json --steps 10 --json');
    expect(again.status).toBe(0);
    expect(messages(again.stderr)).toContain(
      'This run is finished: run. A larger --steps goes on with it, --fresh begins another.',
    );
    expect(JSON.parse(again.stdout)).toEqual({ ...said, how: 'finished-before' });
    expect(readdirSync(at('run'))).toEqual(files);
  });

  test('goes on to a larger --steps', () => {
    const more = shell('schedule-train -c config.json --steps 12');
    expect(messages(more.stderr)).toContain('Going on after step 10.');
    expect(more.status).toBe(0);
    expect(more.stdout.split('\n')).toEqual([
      expect.stringMatching(/^12 steps in \d+\.\d s: \d+\.\d\d steps\/s, \d+\.\d\d % of the time waiting for batches$/),
      expect.stringMatching(/^Best validation loss: \d\.\d{4}, after \d+ steps$/),
      'Model: run/model.safetensors',
      'Curve: run/training.csv, or tensorboard --logdir run',
      'Next:  schedule-search --iters 6 --model run --clips test',
      '',
    ]);
  });

  test('of another config is not gone on with; --fresh begins one beside it', () => {
    writeTinyConfig(at('other.json'), { lr: 0.002 });
    const { status, stderr } = shell('schedule-train -c other.json --steps 12');
    expect([status, stderr]).toEqual([
      1,
      'schedule-train: run: this run was made with training_config.lr 0.001, but other.json has 0.002; --logdir names another ' +
        'folder, --fresh begins another run beside this one\n',
    ]);
    const fresh = shell('schedule-train -c other.json --steps 1 --fresh --quiet');
    expect([fresh.status, fresh.stderr]).toEqual([0, '']);
    expect(fresh.stdout).toContain('Model: run-2/model.safetensors\n');
  });
});

test('a run that explodes says so each time, and ends with exit 1 and what to try', () => {
  writeTinyConfig(at('high.json'), { lr: 1e30, logdir: 'high' });
  const { status, stdout, stderr } = shell('schedule-train -c high.json --steps 20');
  expect([status, stdout]).toEqual([1, '']);
  expect(messages(stderr).slice(2)).toEqual([
    ...['0.5', '0.25', '0.125'].map((scale) =>
      expect.stringMatching(
        `^Step \\d+: .*; going on from the checkpoint of step 0 with other batches and ${scale} times the learning rate\\.$`,
      ),
    ),
    expect.stringMatching(/^schedule-train: high: step \d+: the loss exploded again, .*; try a lower lr .*$/),
    '',
  ]);
  checkWhole(at('high'));
});

describe('used wrongly, it says how, with exit 2:', () => {
  test.each([
    ['more.json', 'no argument was expected beside the options, got more.json'],
    ['--minutes=-1', '--minutes must be above 0, got -1'],
    ['--checkpoint-minutes 0', '--checkpoint-minutes must be above 0, got 0'],
    ['--device gpu', '--device must be cpu, cuda, webgpu, coreml, dml or a list such as cuda:0,cuda:1, got gpu'],
    ['--size tiny', '--size goes with --init'],
    ['--force', '--force goes with --init'],
    ['--init --steps 5', '--steps has no effect with --init, which trains nothing'],
  ])('%s', (args, sentence) => {
    expect(shell(`schedule-train -c config.json ${args}`)).toEqual(
      expect.objectContaining({
        status: 2,
        stdout: '',
        stderr: `schedule-train: ${sentence}\nTry schedule-train --help.\n`,
      }),
    );
  });
});

test('what is wrong with its input is one sentence, with exit 1', () => {
  writeFileSync(at('list.txt'), 'train/none.wav\n');
  const { status, stdout, stderr } = shell('schedule-train -c config.json --train list.txt --logdir none --quiet');
  expect([status, stdout]).toEqual([1, '']);
  expect(stderr).toMatch(/^schedule-train: list\.txt: expected an audio file on line 1, but there is no file .*\n$/);
  expect(readdirSync(at())).not.toContain('none');
});

test('every example of --help runs', { timeout: 180_000 }, () => {
  const commands = examples();
  expect(commands).toHaveLength(5);
  for (const example of commands) {
    // The demo's clips and two minutes of them take their time.
    const quick = example.endsWith('--minutes 2')
      ? `${example} --steps 1 --train train --test test --resample`
      : example;
    const where = example.includes('--init') ? 'new' : '.';
    mkdirSync(at(where), { recursive: true });
    const { status, stderr } = shell(`cd ${where} && ${quick}`);
    expect([example, status, stderr.includes('schedule-train:')]).toEqual([example, 0, false]);
  }
});

test('--help loads no engine', () => {
  const loaded = loadedBy('schedule-train --help');
  expect(loaded).toContain('/dist/cli/train-flags.js');
  expect(loaded).not.toMatch(/\/node_modules\/(onnxruntime-|piscina|fft\.js|mathjs|zod)/);
});
