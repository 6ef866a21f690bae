import { MODEL_SIZES } from '../training/new-config.ts';
import { ENGINE_FLAGS } from './engine-flags.ts';
import { ROOT_FLAG } from './root-flag.ts';

/** The options of schedule-train. */
export const TRAIN_FLAGS = {
  config: { type: 'string', alias: 'c', describe: 'The config.json of the model and its training [default: the demo]' },
  steps: { type: 'number', describe: 'End after so many steps, counted from the first of the run' },
  minutes: { type: 'number', describe: 'End after so many minutes of this session' },
  logdir: { type: 'string', describe: "Folder of the run [default: the config's logdir]; with --init, the logdir" },
  train: { type: 'string', describe: "Filelist or folder to train on [default: the config's train_filelist_path]" },
  test: { type: 'string', describe: "The same to test on [default: the config's test_filelist_path]" },
  ...ROOT_FLAG,
  resample: { type: 'boolean', default: false, describe: "Take recordings of other rates, at the config's" },
  from: { type: 'string', describe: 'Checkpoint or model folder whose weights a new run begins with' },
  fresh: { type: 'boolean', default: false, describe: 'Begin another run beside the one that exists' },
  jobs: {
    type: 'number',
    describe: 'Workers that train side by side [default: one for each device, or core as far as memory goes]',
  },
  threads: { type: 'number', describe: 'Threads of each worker on the CPU [default: cores / jobs]' },
  engine: ENGINE_FLAGS.engine,
  device: {
    type: 'string',
    default: 'cpu',
    describe: 'Of ONNX Runtime: cpu, cuda, webgpu, coreml, dml, or several: cuda:0,cuda:1',
  },
  'test-every': {
    type: 'number',
    describe: "Test every so many steps [default: the config's test_interval, in epochs]",
  },
  'checkpoint-minutes': { type: 'number', default: 5, describe: 'Minutes between checkpoints, beside those of tests' },
  init: {
    type: 'boolean',
    default: false,
    describe: 'Write a config.json, from options or a few questions; train nothing',
  },
  out: { type: 'string', alias: 'o', describe: 'With --init, the file to write [default: config.json]' },
  size: { choices: MODEL_SIZES, describe: 'With --init, of the network [default: small, a quarter of the width]' },
  'sample-rate': { type: 'number', describe: "With --init, in Hz [default: the first recording's, or 22050]" },
  hop: { type: 'number', describe: 'With --init, samples between frames of the mel [default: about 13 ms]' },
  force: { type: 'boolean', default: false, describe: 'With --init, replace a file' },
} as const;
