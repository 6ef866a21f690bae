import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { writeWav } from '../../src/audio/wav.ts';
import { UsageError } from '../../src/cli/command.ts';
import { planTraining, type TrainArguments } from '../../src/cli/train-plan.ts';
import { InputError } from '../../src/formats/input-error.ts';
import { DEMO } from '../../src/model/demo.ts';
import { defaultConfig } from '../model/tiny.ts';
import { writeTinyClip, writeTinyConfig, writeTrainFolder } from './train-folder.ts';

const home = process.cwd();
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'train-plan-')));
const at = (...path: string[]) => join(folder, ...path);

beforeAll(() => {
  writeTrainFolder(at);
  process.chdir(folder);
});

afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true });
});

const CONFIG = {
  config: 'config.json',
  resample: false,
  fresh: false,
  engine: 'onnxruntime',
  device: 'cpu',
  'checkpoint-minutes': 5,
} as const;

/** The plan of a command line, and what was said. */
async function planned(args: Partial<TrainArguments> = {}, isCancelled = false) {
  const said: string[] = [];
  const plan = await planTraining(
    { ...CONFIG, ...args },
    { say: (text) => said.push(text), onReading() {}, isCancelled: () => isCancelled },
  );
  return { plan, said };
}

async function refusal(args: Partial<TrainArguments>): Promise<Error> {
  const before = readdirSync(folder);
  const error = await planned(args).then(
    () => undefined,
    (reason: Error) => reason,
  );
  expect(readdirSync(folder)).toEqual(before);
  return error!;
}

test("the reference's own config is planned as it is, with its filelists", async () => {
  mkdirSync(at('filelists'));
  writeFileSync(at('filelists', 'train.txt'), '../train/1.wav\n../train/2.wav|text\n');
  writeFileSync(at('filelists', 'test.txt'), '../test/5.wav\n');
  const { plan, said } = await planned({ config: defaultConfig, root: '.' });
  expect(said).toEqual(['use_fp16 is ignored: the CPU computes in float32.']);
  const { clips, testClips, ...rest } = plan!;
  expect(clips.map(({ path }) => path)).toEqual([at('train', '1.wav'), at('train', '2.wav')]);
  expect(testClips.map(({ path }) => path)).toEqual([at('test', '5.wav')]);
  expect(rest).toMatchObject({ folder: 'logs/default', stepsPerEpoch: 1, testEvery: 1, checkpointSeconds: 300 });
  expect(rest.training).toMatchObject({ batchSize: 96, nEpoch: 100_000_000 });
  expect([rest.mostSteps, rest.mostSeconds]).toEqual([undefined, undefined]);
  expect(existsSync(at('logs'))).toBe(false);
});

test('without a config the demo is trained on its clips, at a constant rate and with few tests', async () => {
  const { plan } = await planned({ config: undefined, minutes: 2 });
  const { clips, testClips, training, testEvery, mostSeconds, config, configText } = plan!;
  expect([clips.length, testClips.length]).toEqual([6, 6]);
  expect([clips[0]!.path, testClips[0]!.path].every((path) => path.startsWith(DEMO))).toBe(true);
  expect([training.lrSchedule, testEvery, mostSeconds, plan!.folder]).toEqual([
    'constant',
    50,
    120,
    join('experiments', 'train-demo'),
  ]);
  // What the run's folder keeps says so too.
  expect(JSON.parse(configText)).toEqual(config);
});

test('flags go before the config', async () => {
  writeFileSync(at('names.txt'), '1.wav\n2.wav\n');
  const { plan, said } = await planned({
    train: 'names.txt',
    test: 'train',
    root: 'train',
    logdir: 'elsewhere',
    'test-every': 7,
    'checkpoint-minutes': 0.5,
    steps: 9,
    jobs: 2,
    threads: 3,
  });
  const { clips, testClips, jobs, engines, feeders, ...rest } = plan!;
  expect(clips.map(({ path }) => path)).toEqual([at('train', '1.wav'), at('train', '2.wav')]);
  expect(testClips).toHaveLength(4);
  expect(said).toEqual(['2 of the 4 recordings to test on are trained on too, which makes their loss too low.']);
  expect([jobs, engines, feeders]).toEqual([2, [{ device: 'cpu', deviceId: 0, threads: 3, half: false }], 1]);
  expect(rest).toMatchObject({ folder: 'elsewhere', testEvery: 7, checkpointSeconds: 30, mostSteps: 9 });
});

test('recordings at another rate are resampled with --resample', async () => {
  mkdirSync(at('slow'));
  writeTinyClip(at('slow', 'slow.wav'), 1, 11_025);
  expect((await refusal({ train: 'slow' })).message).toBe(
    `${at('slow', 'slow.wav')}: expected 22050 Hz, got 11025 Hz; --resample takes other rates`,
  );
  const { plan } = await planned({ train: 'slow', resample: true });
  expect(plan!.clips.map(({ length, sampleRate }) => [length, sampleRate])).toEqual([[6000, 11_025]]);
});

test('--from gives the weights to begin with', async () => {
  const { plan } = await planned({ from: 'model' });
  expect([...plan!.initialWeights!.values()].reduce((sum, { length }) => sum + length, 0)).toBe(26_069);
});

test('continue_training says where there is nothing to continue', async () => {
  writeTinyConfig(at('continue.json'), { continue_training: true });
  const sentence = 'run: there is no run to continue, so one begins; --from begins one with trained weights.';
  expect((await planned({ config: 'continue.json' })).said).toEqual([sentence]);
  expect((await planned({ config: 'continue.json', fresh: true })).said).toEqual([]);
});

test('nothing is planned where that is cancelled', async () => {
  expect((await planned({}, true)).plan).toBeUndefined();
});

describe('what is wrong is one sentence, and nothing is left behind:', () => {
  beforeAll(() => {
    mkdirSync(at('bad'));
    writeFileSync(at('bad', 'silent.wav'), writeWav(new Float32Array(3000), 22_050, 'float32'));
    const notANumber = new Float32Array(3000).fill(0.5);
    notANumber[2999] = Number.NaN;
    writeFileSync(at('bad', 'nan.wav'), writeWav(notANumber, 22_050, 'float32'));
    writeFileSync(at('missing.txt'), 'train/1.wav\ntrain/none.wav\n');
    writeFileSync(at('broken.json'), '{"model_config": ');
    writeTinyConfig(at('odd.json'), { segment_length: 1000 });
    writeTinyConfig(at('listless.json'), { train_filelist_path: 'nowhere.txt' });
  });

  test.each<[string, Partial<TrainArguments>, RegExp]>([
    ['a missing config', { config: 'no.json' }, /^no\.json: the config cannot be read: there is no such file$/],
    ['a broken config', { config: 'broken.json' }, /^broken\.json: not JSON: /],
    [
      'a segment that is no whole hops',
      { config: 'odd.json' },
      /^odd\.json: training_config\.segment_length: expected a multiple of hop_length, 300, got 1000$/,
    ],
    [
      'a missing list of the config',
      { config: 'listless.json' },
      /^listless\.json: training_config\.train_filelist_path: expected a filelist or a folder, but there is no nowhere\.txt$/,
    ],
    ['a missing list', { test: 'nowhere' }, /^--test: expected a filelist or a folder, but there is no nowhere$/],
    [
      'a list that names a missing file',
      { train: 'missing.txt' },
      /^missing\.txt: expected an audio file on line 2, but there is no file .*none\.wav \(relative paths start from the list's own folder\)$/,
    ],
    [
      'silence and samples that are not finite',
      { test: 'bad' },
      /^.*nan\.wav: expected finite samples, got .*; .*silent\.wav: expected sound, got silence \(zeros alone\)$/,
    ],
    [
      'a folder below a file',
      { logdir: 'broken.json/run' },
      /^broken\.json\/run: expected a folder that can be written to, but .*broken\.json is a file$/,
    ],
    [
      'a file for a folder',
      { logdir: 'broken.json' },
      /^broken\.json: expected a folder that can be written to, got a file$/,
    ],
    [
      'missing weights',
      { from: 'nowhere' },
      /^nowhere: expected a model folder or a checkpoint, but there is nothing$/,
    ],
    [
      'weights of another size',
      { from: DEMO },
      /model\.safetensors: nn\..* has shape \[.*\], but the config asks for \[.*\]$/,
    ],
  ])('%s', async (_, args, sentence) => {
    const error = await refusal(args);
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(sentence);
  });

  test.each<[Partial<TrainArguments>, string]>([
    [{ steps: 0 }, '--steps must be a whole number of at least 1, got 0'],
    [{ steps: 1.5 }, '--steps must be a whole number of at least 1, got 1.5'],
    [{ jobs: 0 }, '--jobs must be a whole number of at least 1, got 0'],
    [{ threads: -1 }, '--threads must be a whole number of at least 1, got -1'],
    [{ 'test-every': 0 }, '--test-every must be a whole number of at least 1, got 0'],
  ])('%j', async (args, sentence) => {
    const error = await refusal(args);
    expect(error).toBeInstanceOf(UsageError);
    expect(error.message).toBe(sentence);
  });
});
