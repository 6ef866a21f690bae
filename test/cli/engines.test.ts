import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readWav } from '../../src/audio/wav.ts';
import { writeNpy } from '../../src/formats/npy.ts';
import { planSearch } from '../../src/search/plan.ts';
import { openStudy } from '../../src/search/study.ts';
import { relativeDistance } from '../graph/distance.ts';
import { randomTensor } from '../graph/tensors.ts';
import { compareSandbox } from './compare-sandbox.ts';
import { programOf, sandbox } from './sandbox.ts';
import { writeTinyConfig, writeTrainFolder } from './train-folder.ts';

const require = createRequire(import.meta.url);
const GPU = '@tensorflow/tfjs-node-gpu';
const CPU = '@tensorflow/tfjs-node';

/** A module that answers for TensorFlow.js's packages for Node, whether they are installed or not: by text, what `${CPU}` is. */
const standIn = (answer: string) => `
const Module = require('node:module');
const load = Module._load;
let answer;
Module._load = function (name, ...rest) {
  if (name === '${CPU}' && ${answer !== ''}) return (answer ??= ${answer || 'undefined'});
  if (!['${GPU}', '${CPU}'].includes(name)) return load.call(this, name, ...rest);
  throw Object.assign(new Error("Cannot find module '" + name + "'"), { code: 'MODULE_NOT_FOUND' });
};`;

/** The backend in pure JavaScript under the package's name. */
const IN_JAVASCRIPT = `(() => {
  const tf = require(${JSON.stringify(require.resolve('@tensorflow/tfjs-core'))});
  require(${JSON.stringify(require.resolve('@tensorflow/tfjs-backend-cpu'))});
  tf.env().set('IS_TEST', true);
  tf.setBackend('cpu');
  return { ...tf, version: { 'tfjs-node': '4.22.0' } };
})()`;

/** Whose modules are among the paths in V8's coverage. */
const enginesIn = (coverage: string) =>
  ['/node_modules/onnxruntime-node/', '/node_modules/@tensorflow/'].filter((part) => coverage.includes(part));

const COMMANDS = ['schedule-search', 'schedule-compare', 'schedule-transfer', 'schedule-train'] as const;

describe.each(COMMANDS)('%s', (command) => {
  const { at, shell } = sandbox(command);
  const subject = command === 'schedule-transfer' ? 'lmnt-6 ' : '';
  beforeAll(() => writeFileSync(at('absent.cjs'), standIn('')));

  test('says what to install where TensorFlow.js is not, and writes nothing', () => {
    const { status, stdout, stderr } = shell(
      `NODE_OPTIONS='--require ./absent.cjs' ${command} ${subject}--engine tensorflow`,
    );
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toBe(
      `${command}: TensorFlow.js does not start: ${GPU} is not installed; ${CPU} is not installed; npm install ${GPU}, or ` +
        `${CPU} without an NVIDIA GPU, gets it for Node 20 to 22 (this is ${process.versions.node}), and meanwhile ` +
        '--engine onnxruntime runs on the CPU, and on GPUs with --device webgpu or cuda\n',
    );
    expect(readdirSync(at())).toEqual(['absent.cjs']);
  });

  test('refuses a device beside TensorFlow.js, whose package decides', () => {
    const { status, stderr } = shell(`${command} ${subject}--engine tensorflow --device webgpu`);
    expect(status).toBe(2);
    expect(stderr).toBe(
      `${command}: --device webgpu goes with --engine onnxruntime; --engine tensorflow runs on the GPU with ${GPU}, else on the CPU\n` +
        `Try ${command} --help.\n`,
    );
    expect(readdirSync(at())).toEqual(['absent.cjs']);
  });
});

describe('where TensorFlow.js is installed', () => {
  const { at, shell, loadedBy } = compareSandbox('schedule-compare');
  const line =
    'schedule-compare fastdiff-4 lmnt-6 --model folder --clip-count 1 --clip-seconds 0.1 --replicates 1 --json';
  const withTensorFlow = "NODE_OPTIONS='--require ./in-javascript.cjs'";
  beforeAll(() => writeFileSync(at('in-javascript.cjs'), standIn(IN_JAVASCRIPT)));

  test('a comparison comes to the same by both engines, to the rounding of float32', () => {
    const scores = (text: string) => {
      const { schedules } = JSON.parse(text) as {
        schedules: { name: string; metrics: Record<string, { mean: number }> }[];
      };
      return schedules.map(({ name, metrics }) => [name, metrics['log-mel-l1']!.mean] as const);
    };
    const coverage = `NODE_V8_COVERAGE='${at('coverage')}'`;
    const tensorflow = shell(`${coverage} ${withTensorFlow} ${line} --engine tensorflow --jobs 2`);
    expect(tensorflow.stderr).toContain('2 jobs were asked for; TensorFlow.js runs one, on all cores or the GPU.\n');
    expect(tensorflow.status).toBe(0);
    const files = readdirSync(at('coverage')).map((name) => readFileSync(at('coverage', name), 'utf8'));
    expect(enginesIn(files.join('\n'))).toEqual(['/node_modules/@tensorflow/']);
    const expected = scores(shell(line).stdout);
    expect(scores(tensorflow.stdout).map(([name]) => name)).toEqual(expected.map(([name]) => name));
    scores(tensorflow.stdout).forEach(([, score], i) => {
      expect(score / expected[i]![1]).toBeCloseTo(1, 4);
    });
  });

  test('no engine is loaded for --help', () => {
    expect(enginesIn(loadedBy('schedule-compare --help'))).toEqual([]);
  });

  test('a study names its engine, and goes on with no other', async () => {
    const request = {
      clipCount: 1,
      clipSeconds: 0.1,
      strategy: 'presets',
      stride: 1,
      replicates: 1,
      race: false,
    } as const;
    const sampler = { metric: 'log-mel-l1', clamp: 'x0', precision: 'float64', seed: 0, device: 'cpu' } as const;
    const places = { model: at('folder'), clips: at('score'), heldout: at('valid'), steps: 6, version: '0.0.0' };
    const { settings } = await planSearch({ ...request, ...sampler, ...places });
    const { journal } = await openStudy(at('study'), settings, {}, 0);
    await journal.close();
    const program = `'${process.execPath}' '${programOf('schedule-search')}'`;
    const same =
      '--model folder --clips score --heldout valid --clip-count 1 --clip-seconds 0.1 --strategy presets --study study';
    const { status, stderr } = shell(`${withTensorFlow} ${program} ${same} --engine tensorflow`);
    expect(status).toBe(1);
    expect(stderr).toMatch(
      /this study was made with engine "onnxruntime-node [\d.]+ \S+", but now it is "@tensorflow\/tfjs-node 4\.22\.0 \S+"; use --fresh/,
    );
  });
});

describe('speech, where TensorFlow.js is installed', () => {
  const { at, shell } = sandbox('schedule-infer', 'schedule-bench');
  const withTensorFlow = (line: string) =>
    shell(`NODE_OPTIONS='--require ./in-javascript.cjs' ${line} --engine tensorflow`);
  const TINY = fileURLToPath(new URL('../fixtures/reference-tiny', import.meta.url));
  beforeAll(() => {
    writeFileSync(at('in-javascript.cjs'), standIn(IN_JAVASCRIPT));
    writeFileSync(at('mel.npy'), writeNpy({ shape: [80, 12], data: randomTensor([80, 12], 1).data.map((x) => x - 2) }));
  });

  test('is the same by both engines, to the rounding of float32', () => {
    const line = `schedule-infer --model '${TINY}' -ns '[1e-3, 0.3]' -m mel.npy --float`;
    expect(withTensorFlow(`${line} -o tensorflow`).status).toBe(0);
    expect(shell(`${line} -o onnxruntime`).status).toBe(0);
    const [first, second] = ['tensorflow', 'onnxruntime'].map(
      (folder) => readWav(readFileSync(at(folder, 'predicted_mel.wav')), folder).samples,
    );
    expect(first).toHaveLength(12 * 300);
    expect(relativeDistance(first!, second!)).toBeLessThan(1e-4);
  }, 180_000);

  test('is timed, and says by which engine', () => {
    const { status, stdout } = withTensorFlow(
      `schedule-bench --model '${TINY}' --iters 1 --limit 0.1 --seconds 0.1 --runs 2`,
    );
    expect(status).toBe(0);
    expect(stdout).toMatch(/engine: @tensorflow\/tfjs-node 4\.22\.0/);
  }, 180_000);
});

describe('a training, where TensorFlow.js is installed', () => {
  const { at, shell } = sandbox('schedule-train');
  const withTensorFlow = "NODE_OPTIONS='--require ./in-javascript.cjs' schedule-train --engine tensorflow";
  beforeAll(() => {
    writeTrainFolder(at, { batch_size: 1, segment_length: 600 });
    writeTinyConfig(at('half.json'), { use_fp16: true });
    writeFileSync(at('in-javascript.cjs'), standIn(IN_JAVASCRIPT));
  });

  test('takes the same first step as by ONNX Runtime, to the rounding of float32', () => {
    const loss = (line: string) => {
      const { status, stderr, stdout } = shell(line);
      expect([status, stderr]).toEqual([0, expect.not.stringContaining('schedule-train:')]);
      return (JSON.parse(stdout) as { best: { validationLoss: number } }).best.validationLoss;
    };
    const tensorflow = loss(`${withTensorFlow} -c config.json --steps 1 --json --logdir one`);
    const onnxruntime = loss('schedule-train --jobs 1 -c config.json --steps 1 --json --logdir other');
    expect(tensorflow / onnxruntime).toBeCloseTo(1, 4);
  }, 180_000);

  test('refuses half precision, which it does not have, before anything is written', () => {
    const before = readdirSync(at());
    const { status, stderr } = shell(`${withTensorFlow} -c half.json --logdir half`);
    expect(status).toBe(1);
    expect(stderr).toBe(
      "schedule-train: half.json: training_config.use_fp16 must be false for --engine tensorflow, which computes in float32; half precision is ONNX Runtime's\n",
    );
    expect(readdirSync(at())).toEqual(before);
  });

  test('refuses a number of threads, which TensorFlow.js decides', () => {
    const { status, stderr } = shell(`${withTensorFlow} -c config.json --threads 2`);
    expect(status).toBe(2);
    expect(stderr).toContain(
      '--threads goes with --engine onnxruntime; --engine tensorflow takes all cores, or the GPU\n',
    );
  });
});

describe.each(['schedule-search', 'schedule-compare', 'schedule-transfer'])('%s --help', (name) => {
  const { loadedBy } = sandbox(name);

  test('loads neither an engine nor what checks files', () => {
    const loaded = loadedBy(`${name} --help`);
    expect(loaded).toContain(`/dist/cli/${name}.js`);
    expect(loaded).not.toMatch(/\/node_modules\/(@tensorflow|onnxruntime-|piscina|zod|protobufjs)/);
  });
});
